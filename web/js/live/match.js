// The large card: the best match, or for "no match" those words with the nearest guess dimmed.

import { byId, el, safeLink } from "../base/dom.js";
import { bestKey } from "./hold.js";
import { picture } from "../base/picture.js";
import { createScore, sureness } from "./score.js";
import { t } from "../base/text.js";

export const BEST_PX = 640; // the width of its picture
export const titleOf = (match) => match.title || t("best.untitled");

/** What a record shows, in words: the best match's title, or "one of these" with those of its equals. */
export function shownTitle(record) {
  const equals = record.matches.filter(({ id }) => record.equals?.includes(id));
  if (equals.length < 2) return titleOf(record.matches[0]);
  return t("best.equals", { n: equals.length, titles: equals.map(titleOf).join(" / ") });
}

/** The title, as a link where the item has a page of its own. */
export function titleNode(match) {
  const address = safeLink(match.link);
  if (!address) return document.createTextNode(titleOf(match));
  const link = el("a", "", titleOf(match));
  // In a tab of its own, because this one may be a running camera.
  Object.assign(link, { href: address, target: "_blank", rel: "noopener noreferrer" });
  return link;
}

/** Metadata other than category and price, which have places of their own. */
export function facts(metadata) {
  const rest = Object.entries(metadata).filter(([name, value]) => !["category", "price"].includes(name) && value);
  if (!rest.length) return null;
  return el("dl", "facts", ...rest.slice(0, 6).map(([name, value]) => el("div", "", el("dt", "", name), el("dd", "", String(value)))));
}

function words(record, match, score) {
  const metadata = match.metadata ?? {};
  const missed = record.verdict === "no_match";
  const text = (tag, name, value) => (value ? el(tag, name, String(value)) : null);
  const guess = el("p", "best-guess", t("best.guess", { title: titleOf(match) }));
  return el("div", "best-words",
    el("p", "verdict", t(`verdict.${record.verdict}`)),
    el("p", "best-last", t("best.last")),
    missed ? null : text("p", "best-category", metadata.category),
    el("h2", "best-title", missed ? t("verdict.no_match") : record.equals ? shownTitle(record) : titleNode(match)),
    missed ? guess : text("p", "best-price", metadata.price),
    missed ? null : facts(metadata),
    score && score.node,
    record.verdict === "unsure" ? el("p", "best-hint", t("best.unsure")) : null);
}

export function createBest() {
  const card = byId("best");
  const item = byId("best-item");
  let shown = null;
  let score = null; // none for "no match": the score of its nearest guess would read as a match

  return {
    /** Waits for the picture and gives the function that draws. A record with the same best match only moves the score. */
    async prepare(record) {
      const match = record.matches[0];
      if (shown && bestKey(record) === shown) return () => score?.set(match.score);
      const { node, ready } = picture(match.url, { width: BEST_PX });
      await ready;
      return () => {
        shown = bestKey(record);
        score = record.verdict === "no_match" ? null : createScore(sureness);
        score?.set(match.score);
        card.dataset.verdict = record.verdict;
        item.replaceChildren(el("div", "finder", node), words(record, match, score));
      };
    },
    clear() {
      shown = null;
      item.replaceChildren();
    },
    /** Shows the match, or a camera's picture alone, which has its place in the card. */
    show({ match, view }) {
      const withMatch = match && shown !== null;
      card.hidden = !withMatch && !view;
      card.dataset.holds = withMatch ? "match" : "view";
    },
  };
}
