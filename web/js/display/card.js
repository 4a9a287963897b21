// One answer large enough for three metres: the item with its price and chosen fields, or a sign for unsure and no match.

import { el, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { t } from "../base/text.js";
import { fieldName, group, titleOf } from "../live/match.js";
import { priceWords } from "../live/price.js";
import { sureness } from "../live/score.js";
import { choicesOf } from "../live/which.js";

const PICTURE_PX = 640;
const SMALL_PX = 320;
export const CONFIDENCE = "confidence"; // a field that is none of the item's own

/** A sign that is told apart by its form, not by its colour alone. */
const sign = (verdict) => {
  const node = el("span", "display-sign");
  node.dataset.verdict = verdict;
  node.setAttribute("aria-hidden", "true");
  return node;
};

const verdictLine = ({ verdict }) => el("p", "display-verdict", sign(verdict), el("span", "", t(`verdict.${verdict}`)));

/** The chosen fields that the item has; its price stands by itself, larger. */
function fieldsOf(match, fields) {
  const metadata = match.metadata ?? {};
  const rows = fields.filter((name) => !["price", CONFIDENCE].includes(name) && metadata[name]);
  return el("dl", "display-fields", ...rows.map((name) =>
    el("div", "", el("dt", "", fieldName(name)), el("dd", "", String(metadata[name])))));
}

function oneItem(record, match, fields, sure) {
  const price = fields.includes("price") ? priceWords(match.metadata) : null;
  const image = picture(match.url, { width: PICTURE_PX });
  return {
    ready: image.ready,
    nodes: [
      el("div", "display-picture", image.node),
      el("div", "display-words", verdictLine(record), el("h1", "display-title", titleOf(match)),
        price ? el("p", "display-price", price) : null, fieldsOf(match, fields), fields.includes(CONFIDENCE) ? sure : null),
    ],
  };
}

/** Several items, none of which is the answer alone: equal ones, or those of an unsure match. */
function several(record, matches) {
  const made = matches.map((match) => ({ match, image: picture(match.url, { width: SMALL_PX }) }));
  const words = record.verdict === "unsure" ? t("display.unsure") : t("best.equals.title", { n: matches.length });
  return {
    ready: Promise.all(made.map(({ image }) => image.ready)),
    nodes: [
      el("div", "display-words", verdictLine(record), el("h1", "display-title", words)),
      el("ol", "display-several", ...made.map(({ match, image }) => el("li", "", image.node, el("span", "", titleOf(match))))),
    ],
  };
}

function noMatch(record) {
  return {
    ready: Promise.resolve(),
    nodes: [sign(record.verdict), el("div", "display-words", el("h1", "display-title", t("verdict.no_match")), el("p", "display-how", t("display.no_match")))],
  };
}

function contentOf(record, fields, sure) {
  if (record.verdict === "no_match") return noMatch(record);
  const members = group(record);
  const matches = members.length > 1 ? members : choicesOf(record);
  return matches.length ? several(record, matches.slice(0, 3)) : oneItem(record, members[0], fields, sure);
}

const keyOf = (record, fields) => [record.verdict, fields, ...(record.verdict === "no_match" ? [] : [group(record), choicesOf(record)].flat().map(({ id }) => id))].join("|");

/** {node, show}: `show(record, fields)` draws a record; one with the same answer changes the confidence alone. */
export function createCard() {
  const node = el("article", "display-card");
  const sure = el("p", "display-sure");
  let shown = "";
  let round = 0;

  return {
    node,
    async show(record, fields) {
      setText(sure, sureness(record.matches[0].score));
      const key = keyOf(record, fields);
      if (key === shown) return;
      shown = key;
      const mine = round += 1;
      const { ready, nodes } = contentOf(record, fields, sure);
      await ready;
      if (mine !== round) return;
      node.dataset.verdict = record.verdict;
      node.dataset.form = nodes[1].className;
      node.replaceChildren(...nodes);
    },
  };
}
