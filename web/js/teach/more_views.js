// The later stages of teaching: the item as it was saved, and further moments of it.

import { searchable } from "../base/api.js";
import { el, press, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { refusal } from "../base/refusal.js";
import { t, tCount } from "../base/text.js";
import { titleOf } from "../live/match.js";
import { addViews, takeBack } from "./calls.js";
import { createCapture } from "./capture.js";

const FOUND = { everyMs: 200, withinMs: 15000 };

/** Shows whether the index has the item, as only then a camera can find it. */
async function tellSearchable(node, change) {
  setText(node, t("teach.indexing"));
  setText(node, t((await searchable(change, FOUND)) ? "teach.known.now" : "teach.known.soon"));
}

/** The first picture of a new item, else the last picture taken. */
const newest = ({ item, undos }) => item.pictures[undos.length > 1 ? item.pictures.length - 1 : 0];

/** {node, focus}. `onUndone(item)` gets the item after the undo, null if it is gone. */
export function takenStage(taught, { onMore, onUndone, onDone }) {
  const { item, change, undos, isNew } = taught;
  const words = el("p", "taken-words");
  words.setAttribute("role", "status");
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const done = press("button button-main", t("teach.finish"), onDone);
  const shown = isNew ? newest(taught) : item.pictures.at(-1);
  const undo = press("button button-quiet", t("teach.undo"), async () => {
    const answer = await takeBack(undos.slice(-1));
    if (answer.ok) onUndone(answer.body.title ? answer.body : null);
    else setText(trouble, refusal(answer));
  });
  const node = el("div", "form taken", picture(shown, { width: 640 }).node,
    el("div", "taken-text", el("h3", "taken-title", titleOf(item)), el("p", "form-words", tCount("teach.pictures", item.pictures.length)), words),
    trouble, el("div", "form-end", undo, press("button", t("teach.more"), onMore), done));
  tellSearchable(words, change);
  return { node, focus: done };
}

/** {node, focus, start, stop}: the camera's picture again, to take other sides of the item. */
export function moreStage(item, { thing, mirror, onTaken, onBack }) {
  const { moments, words, send, save, stop } = createCapture({ thing, mirror, itemId: item.id });
  send.type = "button";
  send.addEventListener("click", () => save((chosen) => addViews(item.id, chosen), onTaken));
  const form = el("div", "form", el("p", "teach-side", t("teach.side", { title: titleOf(item) })),
    ...words, el("div", "form-end", press("button", t("teach.back"), onBack), send));
  return { node: el("div", "item-room", moments.node, form), focus: send, start: moments.look, stop };
}
