// The large card: the best match, or for "no match" those words with the nearest guess dimmed.

import { byId, el, safeLink } from "../base/dom.js";
import { drawCrop } from "./crop.js";
import { bestKey } from "./hold.js";
import { picture } from "../base/picture.js";
import { priceWords } from "./price.js";
import { createScore, sureness } from "./score.js";
import { has, language, t } from "../base/text.js";
import { choicesOf, createWhich, inPlace, isLikely } from "./which.js";

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

/** The items to show beside what a record shows: those that are likely, or for "no match" the closest. */
export function runnersOf(record) {
  if (record.verdict === "no_match") return record.matches;
  const asked = choicesOf(record);
  return others(record).filter((match) => isLikely(match) && !asked.includes(match));
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

const PLACED = ["category", "price", "currency"]; // these have places of their own
const FACTS = 6;

/** The page's word for a detail's name, where it has one. */
export const fieldName = (name) => (has(`field.${name.toLowerCase()}`) ? t(`field.${name.toLowerCase()}`) : name);

export function facts(metadata) {
  const rest = Object.entries(metadata).filter(([name, value]) => !PLACED.includes(name) && value);
  if (!rest.length) return null;
  return el("dl", "facts", ...rest.slice(0, FACTS).map(([name, value]) =>
    el("div", "", el("dt", "", fieldName(name)), el("dd", "", String(value)))));
}

const text = (tag, name, value) => (value ? el(tag, name, String(value)) : null);

/** Equal items: each with its picture, its title and what else tells it apart for a person. */
export function equalsList(members) {
  return el("ul", "equals", ...members.map((match) => {
    const { category } = match.metadata ?? {};
    const price = priceWords(match.metadata);
    return el("li", "equal", picture(match.url, { width: 160 }).node,
      el("span", "equal-words", el("span", "equal-title", titleNode(match)), text("span", "equal-more", [category, price].filter(Boolean).join(" · "))));
  }));
}

/** Each part of what a record shows: the question which item it is, the words of one item, of equal ones, or of none. */
function told(record, members) {
  const [match] = members;
  const metadata = match.metadata ?? {};
  if (record.verdict === "no_match") return [el("h2", "best-title", t("verdict.no_match")), el("p", "best-hint", t("best.no_match"))];
  if (choicesOf(record).length) return [el("h2", "best-title", t("best.which")), el("p", "best-hint", t("best.which.how"))];
  if (members.length > 1) return [el("h2", "best-title", t("best.equals.title", { n: members.length })), equalsList(members)];
  return [text("p", "best-category", metadata.category), el("h2", "best-title", titleNode(match)), text("p", "best-price", priceWords(metadata))];
}

function words(record, members, score) {
  const isOne = record.verdict !== "no_match" && members.length < 2 && !choicesOf(record).length;
  return el("div", "best-words",
    el("p", "verdict", t(`verdict.${record.verdict}`)),
    el("p", "best-last", t("best.last")),
    ...told(record, members),
    score && score.node,
    isOne && record.verdict === "unsure" ? el("p", "best-hint", t("best.unsure")) : null,
    isOne ? facts(members[0].metadata ?? {}) : null);
}

/** What the card draws, by which it knows whether another record changes more than scores. */
function cardKey(record) {
  if (record.verdict === "no_match") return record.verdict;
  const asked = choicesOf(record);
  return asked.length ? `which ${asked.map(({ id }) => id).sort().join("/")}` : bestKey(record);
}

/** The pictures of the items in the viewfinder's corners. */
function createFinder(members) {
  const pictures = members.map(({ url }) => picture(url, { width: BEST_PX }));
  const node = el("div", "finder", ...pictures.map((each) => each.node));
  node.dataset.pictures = members.length;
  return { node, ready: Promise.all(pictures.map(({ ready }) => ready)), set() {} };
}

/** The camera's picture in those corners, for a record that no item matches. */
function createSeen() {
  const canvas = el("canvas", "crop");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("what.seen"));
  const frame = el("span", "picture nothing", canvas);
  const node = el("div", "finder", frame);
  node.dataset.pictures = "crop";
  let [from, of] = [null, null];
  return {
    node, ready: Promise.resolve(), set() {},
    see(shown, record) {
      if (shown === from && record === of && shown?.videoWidth === undefined) return;
      [from, of] = [shown, record];
      const drawn = drawCrop(canvas, shown, record.box, BEST_PX);
      frame.classList.toggle("nothing", !drawn);
    },
  };
}

function createItem(record, members, before) {
  if (record.verdict === "no_match") return createSeen();
  const asked = choicesOf(record);
  return asked.length ? createWhich(inPlace(before, asked)) : createFinder(members);
}

export function createBest() {
  const card = byId("best");
  const item = byId("best-item");
  let shown = null;
  let score = null; // of one item alone
  let drawn = null; // the pictures in the card
  const places = () => [...item.querySelectorAll(".which-one")].map(({ dataset }) => dataset.item);

  return {
    /** Waits for the picture and gives the function that draws. A record with the same answer only moves the score. */
    async prepare(record) {
      const [match] = record.matches;
      const key = cardKey(record);
      const again = () => {
        score?.set(match.score);
        drawn.set(record.matches);
      };
      if (shown && key === shown) return again;
      const members = group(record);
      const pictures = createItem(record, members, places());
      await pictures.ready;
      return () => {
        shown = key;
        drawn = pictures;
        score = record.verdict === "no_match" || choicesOf(record).length ? null : createScore(sureness);
        score?.set(match.score);
        card.dataset.verdict = record.verdict;
        card.dataset.asks = choicesOf(record).length ? "which" : "whether";
        item.replaceChildren(pictures.node, words(record, members, score));
      };
    },
    /** Shows the camera's picture, a node of the viewfinder or null, where the card has a place for it. */
    see: (node, record) => record && drawn?.see?.(node, record),
    clear() {
      shown = drawn = null;
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
