// A showing as a row of the history: its picture, what it was taken for, when and where.

import { el } from "../base/dom.js";
import { dropPictures, keyedPicture } from "../base/keyed_picture.js";
import { chance, t } from "../base/text.js";
import { picturePath } from "./calls.js";
import { lengthWords, othersWords, saidWords, shownWords, whenWords } from "./words.js";

function fill(node, showing, { onOpen, onMark, marked }) {
  const mark = Object.assign(el("input", "showing-mark"), { type: "checkbox", checked: marked });
  mark.setAttribute("aria-label", t("history.mark", { title: shownWords(showing), time: whenWords(showing.began_at) }));
  mark.addEventListener("change", () => onMark(showing.id, mark.checked));
  const time = el("time", "", whenWords(showing.began_at));
  time.dateTime = showing.began_at;
  const others = othersWords(showing, chance);
  const said = saidWords(showing);
  const open = el("button", "showing-open", keyedPicture(picturePath(showing)),
    el("span", "showing-words",
      el("span", "showing-title", shownWords(showing)),
      el("span", "showing-verdict", showing.item ? t("history.sure", { verdict: t(`verdict.${showing.verdict}`), n: chance(showing.score) }) : ""),
      others ? el("span", "showing-others", others) : null),
    el("span", "showing-facts", el("span", "showing-price", showing.price ?? ""), said ? el("span", "showing-said", said) : null),
    el("span", "showing-where", el("span", "", time, ` · ${lengthWords(showing)}`), el("span", "showing-camera", showing.thing)));
  open.type = "button";
  open.addEventListener("click", () => onOpen(showing.id));
  node.dataset.verdict = showing.verdict;
  node.replaceChildren(mark, open);
}

/** {node, put, drop}: `put` draws the showing as it is now, and nothing if it has not changed. */
export function createRow(showing, deeds) {
  const node = el("li", "showing");
  node.dataset.showing = showing.id;
  let drawn = "";
  const row = {
    node,
    put(now, { marked = false } = {}) {
      const form = JSON.stringify(now);
      if (form === drawn) return;
      const focused = node.contains(document.activeElement) ? document.activeElement.className : "";
      drawn = form;
      dropPictures(node);
      fill(node, now, { ...deeds, marked });
      if (focused) node.querySelector(`.${focused}`)?.focus();
    },
    drop() {
      dropPictures(node);
      node.remove();
    },
  };
  row.put(showing);
  return row;
}
