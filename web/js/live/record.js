// The dialog of one record: time, match, score, runners-up, and timings.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { clockTime, dateTime, t } from "../base/text.js";
import { BEST_PX, equalsList, facts, group, runnersOf, titleNode, titleOf } from "./match.js";
import { priceWords } from "./price.js";
import { createScore, sureness } from "./score.js";
import { ms } from "./timing_breakdown.js";

const ROWS = 5;
const extras = [];

/** `give(record)` gives the nodes that a record's dialog shows below the match, or null. */
export const onRecordDetails = (give) => extras.push(give);

function scored(match, say) {
  const score = createScore(say);
  score.set(match.score);
  return score.node;
}

/** Equal items together, with the one score of them all. */
function equalsOf(record, members) {
  return el("div", "record-equals",
    el("p", "verdict", t(`verdict.${record.verdict}`)),
    el("h3", "record-title", t("best.equals.title", { n: members.length })), equalsList(members), scored(record.matches[0], sureness));
}

/** What the camera saw, the part of its picture that was looked at: kept since then, or a promise of a node or null. */
function seenOf(seen) {
  const image = typeof seen === "string" && Object.assign(new Image(), { src: seen, alt: t("what.seen") });
  const frame = el("span", "picture", image || null);
  const node = el("figure", "record-seen", frame, el("figcaption", "", t("what.seen")));
  if (!image) seen.then((found) => (found ? frame.replaceWith(found) : node.remove()), () => node.remove());
  return node;
}

function wordsOf(record, match) {
  const missed = record.verdict === "no_match";
  const category = match.metadata?.category;
  const price = priceWords(match.metadata);
  return el("div", "record-words",
    el("p", "verdict", t(`verdict.${record.verdict}`)),
    ...(missed ? [] : [
      el("h3", "record-title", titleNode(match)),
      category ? el("p", "record-line", String(category)) : null,
      price ? el("p", "record-price", price) : null,
      facts(match.metadata ?? {}),
      scored(match, sureness),
    ].filter(Boolean)));
}

function bestOf(record, seen) {
  const members = group(record);
  const missed = record.verdict === "no_match";
  const camera = seenOf(seen);
  if (members.length > 1 && !missed) return el("div", "record-both", camera, equalsOf(record, members));
  const [match] = members;
  const item = missed ? null : el("figure", "record-seen", picture(match.url, { width: BEST_PX }).node, el("figcaption", "", t("record.item")));
  return el("div", "record-best", el("div", "record-pictures", camera, item), wordsOf(record, match));
}

function rowsOf(record) {
  const runners = runnersOf(record).slice(0, ROWS);
  if (!runners.length) return null;
  const missed = record.verdict === "no_match";
  const rows = runners.map((match) => el("li", "record-runner", picture(match.url, { width: 160 }).node,
    el("span", "record-runner-title", titleOf(match)), missed ? null : scored(match)));
  return el("section", "record-part", el("h3", "heading", t(`runners.${record.verdict}`)), el("ol", "record-runners", ...rows));
}

const list = (rows) => el("dl", "facts", ...rows.filter(([, value]) => value).map(([name, value]) =>
  el("div", "", el("dt", "", t(`record.${name}`)), el("dd", "", value))));

/** Where and when it was seen, and behind a fold what only somebody who looks for a fault needs. */
function sourceOf(record, timings) {
  const stages = Object.entries(timings).map(([stage, value]) => `${t(`stage.${stage}`)} ${ms(value)}`);
  return el("div", "record-part",
    list([["camera", record.thing], ["time", dateTime(record.captured_at)]]),
    el("details", "fold", el("summary", "", t("help.diagnostics")),
      list([["model", record.model], ["stages", stages.length ? `${stages.join(" · ")} ms` : null], ["id", String(record.id)]])));
}

/** `seen` is the address of what the camera saw, or a promise of a node with it, null where nobody has kept it. */
export function openRecord(record, { seen, timings, onClose }) {
  const time = clockTime(record.captured_at);
  const more = extras.flatMap((give) => give(record)).filter(Boolean);
  const { node } = openDialog({
    title: t("record.title", { time }),
    className: "record",
    content: [bestOf(record, seen), el("div", "record-extra", ...more), rowsOf(record) ?? "", sourceOf(record, timings)],
    onClose,
  });
  node.dataset.verdict = record.verdict;
}
