// "Which one is it?": the likeliest items of an unsure match as large cards to press, each in a place that it keeps.

import { el, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { chance, t } from "../base/text.js";
import { priceWords } from "./price.js";

const MOST = 3;
const CARD_PX = 320;
const LEAST = 0.01;

/** Whether an item is likely enough to be shown. */
export const isLikely = ({ score }) => score >= LEAST;

/** The items to choose from, best first; none unless an unsure record leaves a choice. */
export function choicesOf({ verdict, matches }) {
  const likely = verdict === "unsure" ? matches.filter(isLikely).slice(0, MOST) : [];
  return likely.length > 1 ? likely : [];
}

/** The same items, those of `before` in the places that they had: a card must not move under a finger. */
export function inPlace(before, choices) {
  const fresh = choices.filter(({ id }) => !before.includes(id));
  const kept = before.slice(0, choices.length).map((id) => choices.find((each) => each.id === id) ?? fresh.shift());
  return [...kept, ...fresh].filter(Boolean);
}

function createChoice(match, n) {
  const { node, ready } = picture(match.url, { width: CARD_PX });
  const title = el("span", "which-title", match.title || t("best.untitled"));
  const score = el("span", "which-score");
  const hint = el("kbd", "key-hint", String(n));
  hint.setAttribute("aria-hidden", "true");
  const button = el("button", "which-one", node, title,
    el("span", "which-more", el("span", "which-price", priceWords(match.metadata) ?? ""), score, hint));
  button.type = "button";
  button.dataset.item = match.id;
  return { node: el("li", "", button), ready, set: (newer) => setText(score, chance(newer.score)) };
}

/** {node, ready, set}: the cards of these items; `set(choices)` gives them newer scores. */
export function createWhich(choices) {
  const made = new Map(choices.map((match, i) => [match.id, createChoice(match, i + 1)]));
  const node = el("ol", "which", ...[...made.values()].map((each) => each.node));
  node.dataset.count = made.size;
  const set = (newer) => newer.forEach((match) => made.get(match.id)?.set(match));
  set(choices);
  return { node, ready: Promise.all([...made.values()].map(({ ready }) => ready)), set };
}
