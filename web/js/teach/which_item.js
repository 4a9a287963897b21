// "What was it?": the dialog that asks which item a camera saw, with buttons for the likeliest.

import { openDialog } from "../base/dialog.js";
import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { isBox, putBox } from "../live/viewfinder.js";
import { createChoices, createItemSearch } from "./chooser.js";

/** The small picture of the frame with the box that was looked at, or nothing. */
export function seenPicture(address, box) {
  if (!address) return null;
  const image = new Image();
  image.alt = t("what.seen");
  image.src = address;
  const mark = isBox(box) ? el("span", "viewfinder-box") : null;
  if (mark) putBox(mark, box);
  return el("div", "seen", image, mark);
}

/**
 * `picture` is the camera's, or null, with its `box`; `near` are the items offered at once. One of onItem(item), onNone()
 * and onLater() is called, and onLater too if the dialog is closed without an answer.
 */
export function askWhat({ title, words, picture, box, near, onItem, onNone, onLater, onLeave = onLater }) {
  let answered = false;
  const answer = (take) => (...args) => {
    answered = true;
    dialog.close();
    take(...args);
  };
  const search = createItemSearch({ label: t(near.length ? "what.other" : "what.search"), onPick: answer(onItem) });
  const dialog = openDialog({
    title,
    className: "what",
    content: [
      el("div", "what-head", seenPicture(picture, box), el("p", "form-words", words)),
      near.length ? createChoices(near, { onPick: answer(onItem) }) : "",
      search.node,
      el("div", "form-end", press("button", t("what.none"), answer(onNone)), press("button", t("what.later"), answer(onLater))),
    ],
    onClose: () => answered || onLeave(),
  });
  // On the choices, which a press of Enter or the arrow of Tab reaches first.
  (dialog.node.querySelector(".choice") ?? search.input).focus();
}
