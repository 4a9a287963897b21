// The first steps: a camera, an item, and a match with it. Each is ticked by what happened, and stays ticked.

import { onHealth } from "../base/api.js";
import { byId, el, press, setHidden, setText } from "../base/dom.js";
import { setPlace } from "../base/place.js";
import { setRich, t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { live } from "../live/live.js";
import { createSamplesLine } from "./samples_line.js";
import { keepFirst } from "./start.js";

const NAME = "lookalike.first.done";
const STEPS = ["camera", "item", "try"];
const CLIP = "samples/clip.mp4";
const toCatalogue = () => setPlace("view", "catalogue", { push: true });

function keptTicks() {
  try {
    return new Set(JSON.parse(localStorage.getItem(NAME)) ?? []);
  } catch {
    return new Set();
  }
}

/** What is done by now; a camera that plays the sample clip is none of theirs. */
function doneNow({ samples, cameras, items }) {
  const { camera, record, fresh } = live.now();
  const isTheirs = ({ state, source }) => state === "online" && source !== CLIP;
  const [best] = fresh && record?.verdict === "match" ? record.matches : [];
  return {
    camera: [...cameras, camera].filter(Boolean).some(isTheirs),
    item: samples ? samples.own > 0 : items > 0,
    try: Boolean(best) && !samples?.ids.includes(best.id),
  };
}

/** The buttons of each step. */
const ACTIONS = {
  camera() {
    const others = document.querySelector("[data-view-link=cameras]");
    return [
      press("button button-main", t("own.start"), () => byId("own").click()),
      others && press("button", t("first.camera.others"), () => others.click()),
    ];
  },
  item: () => [
    press("button button-main", t("first.item.teach"), () => byId("teach").click()),
    press("button", t("first.item.add"), toCatalogue),
  ],
  try: () => [],
};

function createStep(name) {
  const words = el("p", "first-words");
  setRich(words, t(`first.${name}.words`));
  const state = el("span", "unseen");
  const buttons = el("div", "first-buttons", ...ACTIONS[name]());
  const node = el("li", "first-step", el("h3", "first-title", t(`first.${name}`), state), el("div", "first-body", words, buttons));
  return {
    node,
    /** `is` is done, now or later. */
    render(is) {
      node.dataset.is = is;
      if (is === "now") node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
      setText(state, is === "done" ? ` (${t("first.ticked")})` : "");
      setHidden(node.lastChild, is !== "now");
    },
  };
}

function create() {
  const ticks = keptTicks();
  const facts = { samples: null, cameras: [], items: 0 };
  const steps = new Map(STEPS.map((name) => [name, createStep(name)]));
  const more = press("button button-main", t("step.add"), toCatalogue);
  const end = el("div", "first-ended", el("p", "first-end", t("first.end")), more);
  const told = el("p", "unseen");
  told.setAttribute("role", "status");
  const heading = el("h2", "heading", t("first.title"));
  heading.id = "first-heading";
  const shut = press("dialog-shut", "", hide);
  shut.setAttribute("aria-label", t("first.hide"));
  const line = createSamplesLine((samples) => {
    facts.samples = samples;
    render();
  });
  const list = el("ol", "first-steps", ...[...steps.values()].map(({ node }) => node));
  byId("first").replaceChildren(el("header", "first-bar", heading, shut), list, end, line.node, told);

  function tick() {
    const fresh = Object.entries(doneNow(facts)).filter(([name, done]) => done && !ticks.has(name));
    if (!fresh.length) return;
    fresh.forEach(([name]) => ticks.add(name));
    told.textContent = fresh.map(([name]) => `${t(`first.${name}`)}: ${t("first.ticked")}`).join(". ");
    try {
      localStorage.setItem(NAME, JSON.stringify([...ticks]));
    } catch { /* then they are ticked again by what happens next */ }
    keepFirst("here");
  }

  function render() {
    tick();
    const now = STEPS.find((name) => !ticks.has(name));
    for (const [name, step] of steps) step.render(ticks.has(name) ? "done" : name === now ? "now" : "later");
    setHidden(end, now !== undefined);
  }

  function hide() {
    setHidden(byId("first"), true);
    keepFirst("away");
    toast(t("first.hidden"));
  }

  onHealth(({ cameras, checks: { index } }) => {
    Object.assign(facts, { cameras, items: index.items ?? 0 });
    render();
  });
  live.onChange(() => byId("first").hidden || render());
  return line;
}

let line = null;

/** Shows the steps; `samples` is the api's answer about the samples, null where it has none. */
export function showFirst(samples) {
  line ??= create();
  line.begin(samples);
  setHidden(byId("first"), false);
}
