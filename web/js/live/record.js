// The dialog of one record: time, match, score, runners-up, and timings.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { clockTime, dateTime, t } from "../base/text.js";
import { BEST_PX, equalsList, facts, group, names, others, titleNode, titleOf } from "./match.js";
import { createScore, sureness } from "./score.js";
import { ms } from "./timing_breakdown.js";

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

function bestOf(record) {
  const members = group(record);
  const [match] = members;
  const missed = record.verdict === "no_match";
  if (members.length > 1 && !missed) return equalsOf(record, members);
  const { category, price } = match.metadata ?? {};
  const line = [category, price].filter(Boolean).join(" · ");
  return el("div", "record-best", picture(match.url, { width: BEST_PX }).node,
    el("div", "record-words",
      el("p", "verdict", t(`verdict.${record.verdict}`)),
      missed ? el("p", "best-guess", t("best.guess", { title: names(record) })) : el("h3", "record-title", titleNode(match)),
      !missed && line ? el("p", "record-line", line) : null,
      missed ? null : facts(match.metadata ?? {}),
      missed ? null : scored(match, sureness)));
}

function runnersOf(record) {
  const runners = others(record);
  if (!runners.length) return null;
  const missed = record.verdict === "no_match";
  const rows = runners.map((match) => el("li", "record-runner", picture(match.url, { width: 160 }).node,
    el("span", "record-runner-title", titleOf(match)), missed ? null : scored(match)));
  return el("section", "record-part", el("h3", "heading", t(`runners.${record.verdict}`)), el("ol", "record-runners", ...rows));
}

function sourceOf(record, timings) {
  const stages = Object.entries(timings).map(([stage, value]) => `${t(`stage.${stage}`)} ${ms(value)}`);
  const rows = [
    ["camera", record.thing],
    ["time", dateTime(record.captured_at)],
    ["model", record.model],
    ["stages", stages.length ? `${stages.join(" · ")} ms` : null],
    ["id", String(record.id)],
  ];
  return el("dl", "facts record-part", ...rows.filter(([, value]) => value).map(([name, value]) =>
    el("div", "", el("dt", "", t(`record.${name}`)), el("dd", "", value))));
}

export function openRecord(record, { timings, onClose }) {
  const time = clockTime(record.captured_at);
  const more = extras.flatMap((give) => give(record)).filter(Boolean);
  const { node } = openDialog({
    title: t("record.title", { time }),
    className: "record",
    content: [bestOf(record), el("div", "record-extra", ...more), runnersOf(record) ?? "", sourceOf(record, timings)],
    onClose,
  });
  node.dataset.verdict = record.verdict;
}
