// An item's dialog: pictures, editable words, feedback, and delete.

import { may } from "../base/access.js";
import { openDialog } from "../base/dialog.js";
import { el, safeLink } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { deleteItem, editItem, refusal } from "./calls.js";
import { titleOf } from "./card.js";
import { createSharedWords } from "./shared_words.js";
import { createTrouble, placeOf } from "./trouble.js";
import { createUnsaved } from "./unsaved.js";
import { createViews } from "./views.js";
import { createWords } from "./words.js";

function fact(name, ...value) {
  return el("div", "", el("dt", "", name), el("dd", "", ...value));
}

/** The facts of an item that can't be edited; behind a fold what only somebody who looks for a fault needs. */
function facts(item) {
  const { right, wrong } = item.feedback;
  const told = right || wrong ? `${tCount("item.right", right)}, ${tCount("item.wrong", wrong)}` : t("item.no_feedback");
  const address = safeLink(item.link);
  const page = address && Object.assign(el("a", "", t("item.page")), { href: address, target: "_blank", rel: "noopener noreferrer" });
  const list = el("dl", "item-facts",
    fact(t("words.id"), el("code", "", item.id)),
    page && fact(t("words.link"), page),
    fact(t("item.feedback"), told));
  const diagnostics = el("details", "fold", el("summary", "", t("help.diagnostics")),
    el("dl", "item-facts", fact(t("details.model"), el("code", "", item.model))));
  return [list, diagnostics];
}

function buttons({ onDelete }) {
  const remove = Object.assign(el("button", "button button-bad", t("item.delete")), { type: "button" });
  remove.addEventListener("click", onDelete);
  return el("div", "item-end needs-staff", remove, el("button", "button button-main", t("item.save")));
}

/**
 * Opens the dialog. `onView` gets the item after a change of its pictures, by anybody; `onSaved` the answer to changed
 * words, `onDeleted` the answer and the title; `onGone` is called if somebody else has deleted the item.
 */
export function openItem({ item, names, onView, onSaved, onDeleted, onGone }) {
  const words = createWords({ item, names });
  const shared = createSharedWords({ item, words });
  const views = createViews({ item, onItem: (now) => { shared.seen(now); onView(now); } });
  const other = createTrouble(null);
  other.node.setAttribute("role", "alert");
  const unsaved = createUnsaved({ changed: words.changed, leave: () => dialog.close(), back: words.title });
  const ends = buttons({ onDelete: remove });
  const form = el("form", "form item-words", words.node, ...facts(item), other.node, shared.node, unsaved.node, el("p", "needs-note", t("access.view_only")), ends);
  if (!may("staff")) words.node.inert = true;
  let [busy, gone] = [false, false];
  const dialog = openDialog({
    title: titleOf(item), className: "dialog-wide item",
    content: el("div", "item-room", views.node, form), mayClose: unsaved.mayClose, onClose: () => gone && onGone(),
  });
  views.listen(dialog.node);

  /** Runs one call at a time and shows its refusal; `onChanged` gets the item if somebody else has changed it. */
  async function send(call, { done, onChanged }) {
    if (busy) return;
    busy = true;
    form.setAttribute("aria-busy", "true");
    other.show("");
    const answer = await call();
    busy = false;
    form.removeAttribute("aria-busy");
    if (answer.ok) {
      dialog.close();
      // After the dialog has closed, which gives the focus back.
      setTimeout(() => done(answer.body));
    } else if (answer.body?.current) {
      views.take(answer.body.current);
      onView(answer.body.current);
      onChanged(answer.body.current);
    } else if (answer.status === 404) {
      gone = true;
      other.show(t("conflict.gone"));
    } else (words.troubles[placeOf(answer)] ?? other).show(refusal(answer));
  }

  function save() {
    const said = words.read();
    if (!said) return;
    send(() => editItem(item.id, { ...said, link: said.link || null }, shared.revision), {
      done: onSaved,
      // If both have the same words, there is nothing to choose.
      onChanged: (now) => (!shared.seen(now) && shared.putOver(now) ? shared.ask() : save()),
    });
  }

  function remove() {
    send(() => deleteItem(item.id, shared.revision), {
      done: (answer) => onDeleted(answer, titleOf(item)),
      onChanged(now) {
        if (!shared.seen(now)) shared.putOver(now);
        other.show(t("conflict.delete"));
      },
    });
  }

  ["input", "click"].forEach((name) => form.addEventListener(name, shared.draw));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (words.changed()) save();
    else dialog.close();
  });
}
