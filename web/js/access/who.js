// The header's button that says whose key is in use, and its dialog.

import { getAccess, onAccess, readAccess } from "../base/access.js";
import { openDialog } from "../base/dialog.js";
import { byId, el, press, setHidden, setText } from "../base/dom.js";
import { askKey, authorization, forget } from "../base/key.js";
import { setPlace } from "../base/place.js";
import { t } from "../base/text.js";

function openWho({ name, role }) {
  const own = role === "owner" ? press("button", t("nav.keys"), () => {
    dialog.close();
    setPlace("view", "keys", { push: true });
  }) : null;
  const other = press("button", t("access.other"), () => {
    dialog.close();
    askKey();
  });
  const leave = press("button", t("access.forget"), () => {
    dialog.close();
    forget(authorization());
  });
  const dialog = openDialog({
    title: wordsOf({ name, role }),
    content: el("div", "form", el("p", "form-words", t(`access.may.${role}`)), el("div", "form-end", own, leave, other)),
  });
}

const wordsOf = ({ name, role }) => (role === "owner" ? t("access.owner") : `${name} · ${t(`access.role.${role}`)}`);

function draw(access) {
  const { role, keyed, public: shown } = access;
  const button = byId("who");
  setHidden(button, !keyed);
  setText(button, role ? wordsOf(access) : t("access.enter"));
  // What is shown to nobody leaves nothing to look at without a key.
  if (shown === "nothing" && role === null && !told) {
    told = true;
    askKey();
  }
}

let told = false; // the dialog opens by itself once, as a person may close it

export function startWho() {
  onAccess(draw);
  byId("who").addEventListener("click", () => (getAccess().role ? openWho(getAccess()) : askKey()));
  byId("locked-key").addEventListener("click", () => askKey());
  return readAccess();
}
