// The dialog of one record: time, match, score, runners-up, and timings.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { clockTime, dateTime, t } from "../base/text.js";
import { BEST_PX, facts, shownTitle, titleNode, titleOf } from "./match.js";
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

function bestOf(record) {
  const [match] = record.matches;
  const missed = record.verdict === "no_match";
  const { category, price } = match.metadata ?? {};
  const line = [category, price].filter(Boolean).join(" · ");
  return el("div", "record-best", picture(match.url, { width: BEST_PX }).node,
    el("div", "record-words",
      el("p", "verdict", t(`verdict.${record.verdict}`)),
      missed ? el("p", "best-guess", t("best.guess", { title: titleOf(match) })) : el("h3", "record-title", record.equals ? shownTitle(record) : titleNode(match)),
      !missed && line ? el("p", "record-line", line) : null,
      missed ? null : facts(match.metadata ?? {}),
      missed ? null : scored(match, sureness)));
}

function runnersOf(record) {
  const others = record.matches.slice(1);
  if (!others.length) return null;
  const missed = record.verdict === "no_match";
  const rows = others.map((match) => el("li", "record-runner", picture(match.url, { width: 160 }).node,
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
