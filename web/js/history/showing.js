// The dialog of one showing: what the camera saw, what it was taken for, and all that is kept of it.

import { openDialog } from "../base/dialog.js";
import { el, press, safeLink } from "../base/dom.js";
import { keyedPicture } from "../base/keyed_picture.js";
import { lazyPicture } from "../base/picture.js";
import { chance, dateTime, t } from "../base/text.js";
import { picturePath } from "./calls.js";
import { lengthWords, saidWords, shownWords } from "./words.js";

const itemPicture = (id) => lazyPicture(`items/${encodeURIComponent(id)}/image`, { width: 320 });

function titleOf({ item, link }) {
  const address = item && safeLink(link);
  if (!address) return null;
  return Object.assign(el("a", "", t("history.link")), { href: address, target: "_blank", rel: "noopener noreferrer" });
}

function othersOf({ runners_up: others }) {
  const rows = others.filter(({ score }) => score >= 0.01);
  if (!rows.length) return "";
  return el("section", "record-part", el("h3", "heading", t("history.others")), el("ol", "record-runners", ...rows.map(({ id, title, score }) =>
    el("li", "record-runner", itemPicture(id), el("span", "record-runner-title", title || t("best.untitled")), el("span", "", chance(score))))));
}

function factsOf(showing) {
  const rows = [
    ["camera", showing.thing],
    ["began", dateTime(showing.began_at)],
    ["length", lengthWords(showing)],
    ["price", showing.price],
    ["said", saidWords(showing)],
    ["frames", String(showing.frames)],
    ["latency", showing.latency_ms === null ? "" : `${Math.round(showing.latency_ms)} ms`],
  ];
  return el("dl", "facts record-part", ...rows.filter(([, value]) => value).map(([name, value]) =>
    el("div", "", el("dt", "", t(`history.fact.${name}`)), el("dd", "", value))));
}

/** `ways` are {words, run} that the dialog offers, as showing the item's other showings; each closes it. */
export function openShowing(showing, { ways = [], onClose }) {
  const pictures = el("div", "showing-pair",
    el("figure", "", keyedPicture(picturePath(showing)), el("figcaption", "", t("history.seen"))),
    showing.item ? el("figure", "", itemPicture(showing.item.id), el("figcaption", "", t("history.taken"))) : null);
  const dialog = openDialog({
    title: shownWords(showing),
    className: "record showing-dialog",
    content: [
      el("p", "verdict", showing.item ? t("history.sure", { verdict: t(`verdict.${showing.verdict}`), n: chance(showing.score) }) : t("history.none")),
      pictures, titleOf(showing) ?? "", othersOf(showing), factsOf(showing),
      el("div", "form-end", ...ways.map(({ words, bad = false, run }) =>
        press(bad ? "button button-bad needs-staff" : "button", words, () => { dialog.close(); run(); }))),
    ],
    onClose,
  });
  dialog.node.dataset.verdict = showing.verdict;
}
