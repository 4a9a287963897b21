// The display view (#view=display): the answer alone, over the whole screen, for customers and visitors.

import { byId, el, press } from "../base/dom.js";
import { getPlace, onPlace, setPlace } from "../base/place.js";
import { has, t } from "../base/text.js";
import { live } from "../live/live.js";
import { createAwake } from "./awake.js";
import { createCard } from "./card.js";
import { chosenFields, learn } from "./fields.js";
import { createIdle } from "./idle.js";
import { openSettings } from "./settings.js";

const MISSED_MS = 8000; // a "no match" that lasts longer is an empty counter
const CALM_MS = 3000; // the tools go when no hand has moved for this time
const PASSING = ["live", "resuming", "connecting", "first"];

const isShown = () => getPlace("view") === "display";

/** What stands in the way of an answer, in two lines: the situation's title, and where the next step is told. */
function trouble(kind, thing) {
  if (PASSING.includes(kind)) return [t("display.idle"), ""];
  const key = `notice.${kind}.title`;
  return [has(key) ? t(key, { thing: thing ?? "" }) : t("display.idle"), t("display.next")];
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {}); // refused without a press of a hand
}

function createTools({ idle, awake }) {
  const full = press("button", "", fullScreen);
  const name = () => { full.textContent = t(document.fullscreenElement ? "display.window" : "display.full"); };
  document.addEventListener("fullscreenchange", name);
  name();
  full.hidden = !document.fullscreenEnabled;
  return el("nav", "display-tools", full, press("button", t("display.settings"), () => openSettings({ idle, awake })),
    press("button", t("display.back"), () => setPlace("view", null, { push: true })));
}

/** Shows the tools while a hand moves or the focus is on them. */
function showTools(room) {
  let timer = 0;
  const wake = () => {
    room.dataset.tools = "shown";
    clearTimeout(timer);
    timer = setTimeout(() => { room.dataset.tools = "hidden"; }, CALM_MS);
  };
  ["pointermove", "pointerdown", "keydown"].forEach((kind) => document.addEventListener(kind, () => isShown() && wake()));
  return wake;
}

function build(room) {
  const [card, idle, awake] = [createCard(), createIdle(), createAwake()];
  const wake = showTools(room);
  room.append(card.node, idle.node, createTools({ idle, awake }));
  let missedSince = null;

  /** Whether there is an answer to show now. */
  function answers({ record, fresh }) {
    if (!record?.matches.length || !fresh) return false;
    missedSince = record.verdict === "no_match" ? missedSince ?? performance.now() : null;
    return missedSince === null || performance.now() - missedSince < MISSED_MS;
  }

  function render() {
    if (!isShown()) return;
    const now = live.now();
    const shows = answers(now);
    if (now.record) learn(now.record);
    room.dataset.shows = shows ? "answer" : "idle";
    if (shows) card.show(now.record, chosenFields());
    else idle.say(...trouble(document.body.dataset.situation, now.thing));
  }

  live.onChange(render);
  return function turn() {
    awake.keep(isShown());
    if (isShown()) wake();
    render();
  };
}

export function startDisplay() {
  const turn = build(byId("display"));
  onPlace(turn);
  turn();
}
