// The later stages of teaching: the picture as it was taken, and further ones of the same item.

import { searchable } from "../base/api.js";
import { el, press, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { t, tCount } from "../base/text.js";
import { live } from "../live/live.js";
import { titleOf } from "../live/match.js";
import { addView, takeBack, teachRefusal } from "./calls.js";

const FOUND = { everyMs: 200, withinMs: 15000 };

function alertLine() {
  const node = el("p", "form-trouble");
  node.setAttribute("role", "alert");
  return node;
}

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
  const trouble = alertLine();
  const done = press("button button-main", t("teach.finish"), onDone);
  const shown = isNew ? newest(taught) : item.pictures.at(-1);
  const undo = press("button button-quiet", t("teach.undo"), async () => {
    const answer = await takeBack(undos.slice(-1));
    if (answer.ok) onUndone(answer.body.title ? answer.body : null);
    else setText(trouble, teachRefusal(answer));
  });
  const node = el("div", "form taken", picture(shown, { width: 640 }).node,
    el("div", "taken-text", el("h3", "taken-title", titleOf(item)), el("p", "form-words", tCount("teach.pictures", item.pictures.length)), words),
    trouble, el("div", "form-end", undo, press("button", t("teach.more"), onMore), done));
  tellSearchable(words, change);
  return { node, focus: done };
}

/** {node, focus}: the camera's picture again, to take another side of the item. */
export function moreStage(item, { mirror, onTaken, onBack }) {
  const trouble = alertLine();
  let busy = false;
  const shoot = press("button button-main", t("teach.shoot"), async () => {
    if (busy) return;
    busy = true;
    setText(shoot, t("teach.taking"));
    const answer = await addView(item.id, live.now().thing);
    busy = false;
    setText(shoot, t("teach.shoot"));
    if (answer.ok) onTaken(answer);
    else setText(trouble, teachRefusal(answer));
  });
  const node = el("div", "form", mirror.node, el("p", "teach-hold", t("teach.side", { title: titleOf(item) })), trouble,
    el("div", "form-end", press("button", t("teach.back"), onBack), shoot));
  return { node, focus: shoot };
}
