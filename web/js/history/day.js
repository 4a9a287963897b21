// A day's summary: how many showings of what kind, by the hour, what was shown most, and how good the answers were.

import { el } from "../base/dom.js";
import { percent, t, tCount } from "../base/text.js";
import { getDay } from "./calls.js";

const SVG = "http://www.w3.org/2000/svg";
const KINDS = ["matched", "unsure", "unknown"];
const [WIDTH, HEIGHT, FOOT] = [480, 120, 18]; // of the plot, in its own units
const LABELLED = [0, 6, 12, 18];

function drawn(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
}

/** Stacked bars, one an hour. */
function plotOf(hours) {
  const most = Math.max(1, ...hours.map(({ shown }) => shown));
  const step = WIDTH / hours.length;
  const high = HEIGHT - FOOT;
  const bars = hours.flatMap((hour) => {
    let top = high;
    return KINDS.filter((kind) => hour[kind]).map((kind) => {
      const height = high * hour[kind] / most;
      top -= height;
      return drawn("rect", { x: hour.hour * step + 1, y: top, width: step - 2, height, class: `plot-${kind}` },
        drawn("title", {}, t("history.hour", { hour: hour.hour, n: hour[kind], kind: t(`history.${kind}`) })));
    });
  });
  const labels = LABELLED.map((hour) => drawn("text", { x: hour * step + 1, y: HEIGHT - 4, class: "plot-hour" }, `${hour}:00`));
  // The table of numbers beside it says the same.
  return drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "plot", "aria-hidden": "true" },
    drawn("line", { x1: 0, x2: WIDTH, y1: high + 0.5, y2: high + 0.5, class: "plot-ground" }), ...bars, ...labels);
}

const milliseconds = (value) => (value === null ? "–" : `${Math.round(value)} ms`);

function numbersOf(day) {
  const rows = [
    ["shown", day.shown], ["matched", day.matched], ["unsure", day.unsure], ["unknown", day.unknown],
    ["corrected", day.correction_rate === null ? "–" : percent(day.correction_rate)],
    ["latency", t("history.latency.of", { half: milliseconds(day.latency_p50_ms), most: milliseconds(day.latency_p95_ms) })],
  ];
  return el("dl", "day-numbers", ...rows.map(([name, value]) => {
    const row = el("div", `day-${name}`, el("dt", "", t(`history.${name}`)), el("dd", "", String(value)));
    if (name === "corrected") row.title = t("history.corrected.of", { wrong: day.wrong, judged: day.judged });
    return row;
  }));
}

/** The items that were shown most, each as a bar that filters by it. */
function mostOf(day, { onItem }) {
  const most = Math.max(1, ...day.most_shown.map(({ count }) => count));
  return el("ol", "day-most", ...day.most_shown.slice(0, 6).map(({ id, title, count }) => {
    const bar = el("span", "day-bar");
    bar.style.inlineSize = `${100 * count / most}%`;
    const button = el("button", "day-item", el("span", "day-item-title", title || t("best.untitled")), el("span", "day-count", String(count)), bar);
    button.type = "button";
    button.setAttribute("aria-label", tCount("history.most.item", count, { title: title || t("best.untitled") }));
    button.addEventListener("click", () => onItem(id, title));
    return el("li", "", button);
  }));
}

export function createDay({ onItem }) {
  const node = el("section", "day");
  node.hidden = true;
  let asking = null;
  let drawnForm = "";

  return {
    node,
    async read(wanted) {
      asking?.abort();
      const mine = asking = new AbortController();
      const answer = await getDay(wanted, { signal: mine.signal });
      if (asking !== mine) return;
      node.hidden = !answer.ok || answer.body.shown === 0;
      const form = JSON.stringify(answer.body);
      if (node.hidden || form === drawnForm) return;
      drawnForm = form;
      const day = answer.body;
      const date = new Date(`${day.day}T12:00`).toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
      const focused = node.contains(document.activeElement) ? [...node.querySelectorAll("button")].indexOf(document.activeElement) : -1;
      node.replaceChildren(
        el("h3", "heading", date), numbersOf(day),
        el("div", "day-plots", plotOf(day.hours), day.most_shown.length ? el("div", "", el("h4", "heading", t("history.most")), mostOf(day, { onItem })) : null));
      node.querySelectorAll("button")[focused]?.focus();
    },
    hide() { node.hidden = true; },
  };
}
