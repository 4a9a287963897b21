// Timings on demand: the last frame's stages beside the recent median and 95th percentile.

import { el, setText } from "../base/dom.js";
import { t, tCount } from "../base/text.js";

const REFRESH_MS = 1000;

export const ms = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

function cells(values) {
  return values.map((value) => el("td", "", Number.isFinite(value) ? ms(value) : "–"));
}

function head() {
  const names = ["stage", "last", "p50", "p95"].map((name) => {
    const cell = el("th", "", t(`way.${name}`));
    cell.scope = "col";
    return cell;
  });
  return el("thead", "", el("tr", "", ...names));
}

function line(name, values) {
  const cell = el("th", "", t(`stage.${name}`));
  cell.scope = "row";
  const words = el("td", "way-words", t(`stage.${name}.what`));
  return el("tr", "", cell, ...cells(values), words);
}

export function createWay(timings) {
  const heading = el("h4", "heading");
  const table = el("table", "way-table");
  const caption = el("caption");
  const body = el("tbody");
  table.append(caption, head(), body);
  table.querySelector("thead tr").append(el("td"));
  let drawnAt = -Infinity;
  const node = el("section", "way", heading, el("div", "way-room", table));

  function draw() {
    drawnAt = performance.now();
    const { rows, wholeMs, count } = timings.table();
    setText(heading, rows.length ? t("way.summary", { n: ms(wholeMs) }) : t("way.heading"));
    setText(caption, rows.length ? tCount("way.caption", count) : t("way.none"));
    table.classList.toggle("way-empty", !rows.length);
    body.replaceChildren(...rows.map(({ stage, last, p50, p95 }) => line(stage, [last, p50, p95])));
  }

  return {
    node,
    render() {
      if (node.isConnected && performance.now() - drawnAt > REFRESH_MS) draw();
    },
  };
}
