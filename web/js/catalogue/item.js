// An item's dialog: its pictures, its words to be changed, what people said of it, and its end.

import { openDialog } from "../base/dialog.js";
import { el, safeLink } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { deleteItem, editItem, refusal } from "./calls.js";
import { titleOf } from "./card.js";
import { createTrouble, placeOf } from "./trouble.js";
import { createUnsaved } from "./unsaved.js";
import { createViews } from "./views.js";
import { createWords } from "./words.js";

function fact(name, ...value) {
  return el("div", "", el("dt", "", name), el("dd", "", ...value));
}

/** What a person can't change. */
function facts(item) {
  const { right, wrong } = item.feedback;
  const told = right || wrong ? `${tCount("item.right", right)}, ${tCount("item.wrong", wrong)}` : t("item.no_feedback");
  const address = safeLink(item.link);
  const page = address && Object.assign(el("a", "", t("item.page")), { href: address, target: "_blank", rel: "noopener noreferrer" });
  return el("dl", "item-facts",
    fact(t("words.id"), el("code", "", item.id)),
    page && fact(t("words.link"), page),
    fact(t("item.feedback"), told),
    fact(t("details.model"), el("code", "", item.model)));
}

function buttons({ onDelete }) {
  const remove = Object.assign(el("button", "button button-bad", t("item.delete")), { type: "button" });
  remove.addEventListener("click", onDelete);
  return el("div", "item-end", remove, el("button", "button button-main", t("item.save")));
}

/**
 * Opens it. `onView` gets the item as a change of its pictures leaves it, `onSaved` the server's answer to the
 * changed words, `onDeleted` the answer and the title.
 */
export function openItem({ item, names, onView, onSaved, onDeleted }) {
  const words = createWords({ item, names });
  const views = createViews({ item, onItem: onView });
  const other = createTrouble(null);
  other.node.setAttribute("role", "alert");
  const unsaved = createUnsaved({ changed: words.changed, leave: () => dialog.close(), back: words.title });
  const ends = buttons({ onDelete: () => send(() => deleteItem(item.id), (answer) => onDeleted(answer, titleOf(item))) });
  const form = el("form", "form item-words", words.node, facts(item), other.node, unsaved.node, ends);
  const dialog = openDialog({
    title: titleOf(item), className: "dialog-wide item",
    content: el("div", "item-room", views.node, form), mayClose: unsaved.mayClose,
  });
  views.listen(dialog.node);
  let busy = false;

  /** One call at a time; what it refuses is said where it belongs. */
  async function send(call, done) {
    if (busy) return;
    busy = true;
    form.setAttribute("aria-busy", "true");
    other.show("");
    const answer = await call();
    busy = false;
    form.removeAttribute("aria-busy");
    if (!answer.ok) (words.troubles[placeOf(answer)] ?? other).show(refusal(answer));
    else {
      dialog.close();
      // Behind the dialog's end, which gives the focus back.
      setTimeout(() => done(answer.body));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!words.changed()) {
      dialog.close();
      return;
    }
    const said = words.read();
    if (said) send(() => editItem(item.id, { ...said, link: said.link || null }), onSaved);
  });
}
