// One answer to a picture: the picture with the part that was searched, the verdict, and the nearest items.

import { el, safeLink } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { t } from "../base/text.js";
import { group, others, titleOf } from "../live/match.js";
import { createScore } from "../live/score.js";
import { boxWords, putBox } from "../live/viewfinder.js";

const SHOWN = 6;

function titleNode(match) {
  const address = safeLink(match.link);
  if (!address) return el("span", "answer-title", titleOf(match));
  const link = el("a", "answer-title", titleOf(match));
  Object.assign(link, { href: address, rel: "noopener noreferrer", target: "_blank" });
  return link;
}

function row(match, className = "answer-row") {
  const score = createScore();
  score.set(match.score);
  const { category, price } = match.metadata ?? {};
  const more = [category, price].filter(Boolean).join(" · ");
  return el("li", className, picture(match.url, { width: 160 }).node,
    el("span", "answer-words", titleNode(match), more ? el("span", "answer-more", more) : null, score.node));
}

/** The picture of the search; `mark(box)` draws the part that was searched. */
export function createAsked(address, { width, height }) {
  const image = new Image(width, height);
  image.alt = t("ask.asked");
  image.src = address;
  const frame = el("div", "asked-frame", image);
  frame.style.setProperty("--shape", width / height);
  const words = el("figcaption", "asked-words");
  return {
    node: el("figure", "asked", frame, words),
    mark(box) {
      if (!Array.isArray(box)) return;
      const mark = el("span", "viewfinder-box");
      putBox(mark, box);
      frame.append(mark);
      words.textContent = boxWords(box);
    },
  };
}

/** The verdict and the items of a record. */
export function createAnswer(record) {
  const { verdict, matches } = record;
  if (!matches.length) return el("p", "form-words", t("ask.empty"));
  const members = group(record);
  const node = el("div", "answer",
    el("p", "verdict", t(`verdict.${verdict}`)),
    verdict === "no_match" ? el("p", "form-words", t("ask.no_match")) : null,
    members.length > 1 ? el("p", "answer-equals", t("best.equals.title", { n: members.length })) : null,
    el("ol", "answer-list", ...members.map((match) => row(match, "answer-row answer-first")), ...others(record).slice(0, SHOWN - members.length).map((match) => row(match))));
  node.dataset.verdict = verdict;
  return node;
}
