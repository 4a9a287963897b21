// The large card: the best match, or for "no match" those words with the nearest guess dimmed.

import { byId, el, safeLink } from "../base/dom.js";
import { bestKey } from "./hold.js";
import { picture } from "../base/picture.js";
import { createScore, sureness } from "./score.js";
import { language, t } from "../base/text.js";

export const BEST_PX = 640; // the width of its picture
export const titleOf = (match) => match.title || t("best.untitled");
const byTitle = new Intl.Collator(language, { numeric: true });

/** The best match, or all of its equals, by their titles: none of them is the winner, and their scores change places. */
export function group({ matches, equals }) {
  const members = matches.filter(({ id }) => equals?.includes(id));
  return members.length < 2 ? matches.slice(0, 1) : members.sort((a, b) => byTitle.compare(titleOf(a), titleOf(b)));
}

/** The matches after these. */
export function others(record) {
  const first = group(record);
  return record.matches.filter((match) => !first.includes(match));
}

/** The titles of the best match and its equals. */
export const names = (record) => group(record).map(titleOf).join(" / ");

/** What a record shows, in words: the best match's title, or "one of these" with those of its equals. */
export function shownTitle(record) {
  const n = group(record).length;
  return n < 2 ? names(record) : t("best.equals", { n, titles: names(record) });
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

const text = (tag, name, value) => (value ? el(tag, name, String(value)) : null);

/** Equal items: each with its picture, its title and what else tells it apart for a person. */
export function equalsList(members) {
  return el("ul", "equals", ...members.map((match) => {
    const { category, price } = match.metadata ?? {};
    return el("li", "equal", picture(match.url, { width: 160 }).node,
      el("span", "equal-words", el("span", "equal-title", titleNode(match)), text("span", "equal-more", [category, price].filter(Boolean).join(" · "))));
  }));
}

/** Each part of what a record shows: the words of one item, of equal ones, or of none. */
function told(record, members) {
  const [match] = members;
  const metadata = match.metadata ?? {};
  if (record.verdict === "no_match") {
    return [el("h2", "best-title", t("verdict.no_match")), el("p", "best-guess", t("best.guess", { title: names(record) }))];
  }
  if (members.length > 1) return [el("h2", "best-title", t("best.equals.title", { n: members.length })), equalsList(members)];
  return [text("p", "best-category", metadata.category), el("h2", "best-title", titleNode(match)), text("p", "best-price", metadata.price), facts(metadata)];
}

function words(record, members, score) {
  return el("div", "best-words",
    el("p", "verdict", t(`verdict.${record.verdict}`)),
    el("p", "best-last", t("best.last")),
    ...told(record, members),
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
      const [match] = record.matches;
      if (shown && bestKey(record) === shown) return () => score?.set(match.score);
      const members = group(record);
      const pictures = members.map(({ url }) => picture(url, { width: BEST_PX }));
      await Promise.all(pictures.map(({ ready }) => ready));
      return () => {
        shown = bestKey(record);
        score = record.verdict === "no_match" ? null : createScore(sureness);
        score?.set(match.score);
        card.dataset.verdict = record.verdict;
        const finder = el("div", "finder", ...pictures.map(({ node }) => node));
        finder.dataset.pictures = members.length;
        item.replaceChildren(finder, words(record, members, score));
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
