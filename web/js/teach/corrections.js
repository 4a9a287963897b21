// The corrections: all matches that were marked wrong without naming the right item, to be corrected together.

import { openDialog } from "../base/dialog.js";
import { byId, el, setHidden, setText } from "../base/dom.js";
import { toast } from "../base/toast.js";
import { t, tCount } from "../base/text.js";
import { createEntry } from "./wrong_entry.js";
import { feedbackRefusal, itWas, say } from "./feedback.js";
import { pile } from "./wrong_list.js";

function openCorrections() {
  const send = el("button", "button button-main");
  send.type = "button";
  const entries = new Map(pile.all().map((kept) => [kept.id, createEntry(kept, { onChange: count, onRemove: () => remove(kept.id) })]));
  const list = el("ul", "entries", ...[...entries.values()].map(({ node }) => node));
  const told = el("p", "form-words", t("correct.words"));
  told.setAttribute("role", "status");
  const dialog = openDialog({
    title: t("correct.title"), className: "dialog-wide correct",
    content: [told, list, el("div", "form-end correct-end", send)],
    // The button that opened this dialog is gone after the last correction.
    onClose: () => pile.all().length || byId("main").focus({ preventScroll: true }),
  });

  const chosen = () => [...entries.values()].filter((entry) => entry.item !== null);

  function count() {
    const n = chosen().length;
    setText(send, n ? tCount("correct.send", n) : t("correct.send.none"));
    send.setAttribute("aria-disabled", String(n === 0));
  }

  /** Removes one; the focus goes to the next, and after the last the dialog closes. */
  function remove(id) {
    pile.remove(id);
    const { node } = entries.get(id);
    const next = node.nextElementSibling ?? node.previousElementSibling;
    entries.delete(id);
    if (node.contains(document.activeElement)) (next ?? dialog.node).querySelector("input, button")?.focus();
    node.remove();
    if (!entries.size) dialog.close();
    count();
  }

  async function sendAll() {
    const now = chosen();
    if (!now.length || send.getAttribute("aria-busy") === "true") return;
    send.setAttribute("aria-busy", "true");
    let done = 0;
    for (const entry of now) {
      const answer = await say(entry.kept, itWas(entry.kept, entry.item.id));
      entry.refuse(answer.ok ? "" : feedbackRefusal(answer));
      if (!answer.ok) continue;
      done += 1;
      remove(entry.kept.id);
    }
    send.removeAttribute("aria-busy");
    const refused = now.length - done;
    const words = [done ? tCount("correct.done", done) : "", refused ? tCount("correct.refused", refused) : ""].filter(Boolean).join(" ");
    if (dialog.node.open) setText(told, words);
    else toast(words);
  }

  send.addEventListener("click", sendAll);
  count();
}

export function startCorrections() {
  const button = byId("correct");
  const render = () => {
    const n = pile.all().length;
    setText(button, t("correct.button", { n }));
    setHidden(button, n === 0);
  };
  button.addEventListener("click", openCorrections);
  pile.onChange(render);
  render();
}
