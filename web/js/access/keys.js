// The owner's list of keys: made, shown once, and revoked.

import { call } from "../base/api.js";
import { openDialog } from "../base/dialog.js";
import { el, press } from "../base/dom.js";
import { refusal } from "../base/refusal.js";
import { dateTime, t } from "../base/text.js";
import { toast } from "../base/toast.js";

const ROLES = ["viewer", "staff"];
const LONGEST = 64;

/** The form for a new key; `onMade` gets {name, role, key}. */
function createForm({ onMade }) {
  const name = Object.assign(el("input", "field-input"), { maxLength: LONGEST, required: true, autocomplete: "off" });
  const roles = ROLES.map((role, i) => {
    const choice = Object.assign(el("input"), { type: "radio", name: "key-role", value: role, checked: i === 0 });
    return el("label", "field-check", choice, el("span", "", t(`access.role.${role}`), el("span", "key-may", t(`access.may.${role}`))));
  });
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const node = el("form", "form key-form",
    el("label", "field", el("span", "field-name", t("keys.name")), name),
    el("fieldset", "key-roles", el("legend", "field-name", t("keys.role")), ...roles),
    trouble,
    el("div", "form-end", el("button", "button button-main", t("keys.make"))));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const role = node.querySelector("input:checked").value;
    const answer = await call("keys", { method: "POST", json: { name: name.value, role } });
    trouble.textContent = answer.ok ? "" : refusal(answer);
    if (!answer.ok) return;
    name.value = "";
    onMade(answer.body);
  });
  return node;
}

/** Shows a new key, this once. */
function showKey({ name, role, key }) {
  const shown = Object.assign(el("input", "field-input key-shown"), { readOnly: true, value: key });
  const copy = press("button button-main", t("keys.copy"), async () => {
    shown.select();
    try {
      await navigator.clipboard.writeText(key);
      toast(t("keys.copied"));
    } catch { /* not by http: it is selected, and can be copied by hand */ }
  });
  const dialog = openDialog({
    title: t("keys.shown", { name, role: t(`access.role.${role}`) }),
    content: el("div", "form", el("p", "form-words", t("keys.once")),
      el("label", "field", el("span", "field-name", t("key.label")), shown),
      el("div", "form-end", press("button", t("dialog.close"), () => dialog.close()), copy)),
  });
  shown.select();
}

export function createKeys({ onChange }) {
  const rows = el("tbody");
  const head = el("tr", "", ...["name", "role", "made", "used", "end"].map((name) => el("th", "", t(`keys.${name}`))));
  const table = el("table", "key-table", el("thead", "", head), rows);
  const none = el("p", "form-words", t("keys.none"));
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const form = createForm({ onMade(made) {
    showKey(made);
    read();
    onChange();
  } });
  // As wide tables are scrolled by hand on a phone, it takes the focus.
  const scroll = Object.assign(el("div", "key-scroll", table), { tabIndex: 0, role: "region" });
  scroll.setAttribute("aria-label", t("keys.title"));

  function askRevoke({ name }) {
    const yes = press("button button-bad", t("keys.revoke.yes"), async () => {
      const answer = await call(`keys/${encodeURIComponent(name)}`, { method: "DELETE" });
      dialog.close();
      toast(answer.ok ? t("keys.revoked", { name }) : refusal(answer));
      read();
      onChange();
    });
    const dialog = openDialog({
      title: t("keys.revoke.title", { name }),
      content: el("div", "form", el("p", "form-words", t("keys.revoke.why")),
        el("div", "form-end", press("button", t("keys.revoke.no"), () => dialog.close()), yes)),
    });
  }

  function row(key) {
    const revoke = press("button", t("keys.revoke"), () => askRevoke(key));
    revoke.setAttribute("aria-label", t("keys.revoke.label", { name: key.name }));
    const end = key.revoked_at ? t("keys.revoked.at", { at: dateTime(key.revoked_at) }) : revoke;
    const node = el("tr", key.revoked_at ? "key-gone" : "", el("th", "", key.name), el("td", "", t(`access.role.${key.role}`)),
      el("td", "", dateTime(key.made_at)), el("td", "", key.last_used_at ? dateTime(key.last_used_at) : t("keys.never")), el("td", "", end));
    node.firstChild.scope = "row";
    return node;
  }

  async function read() {
    const answer = await call("keys");
    trouble.textContent = answer.ok ? "" : refusal(answer);
    if (!answer.ok) return;
    rows.replaceChildren(...answer.body.keys.map(row));
    scroll.hidden = !answer.body.keys.length;
    none.hidden = !scroll.hidden;
  }

  head.querySelectorAll("th").forEach((each) => { each.scope = "col"; });
  const node = el("section", "key-part", el("h2", "", t("keys.title")), el("p", "form-words", t("keys.why")), none, scroll, trouble,
    el("h3", "", t("keys.new")), form);
  return { node, read };
}
