// The live view: updates fill the state, and a tick draws it.

import { announce } from "../base/announce.js";
import { getRecords } from "../base/api.js";
import { createClock } from "../base/clock.js";
import { isClosed, onAccess } from "../base/access.js";
import { byId, setHidden } from "../base/dom.js";
import { askKey, onKey } from "../base/key.js";
import { getPlace, onPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { createCameraBar } from "./camera.js";
import { createCode } from "./code.js";
import { keptCrop } from "./crop.js";
import { createDetails } from "./details.js";
import { bestKey, createHold } from "./hold.js";
import { createIntake } from "./intake.js";
import { createBest, shownTitle } from "./match.js";
import { createNews } from "./updates.js";
import { createNotice } from "./notice.js";
import { createOwnCamera } from "./own_camera.js";
import { createPause } from "./pause.js";
import { createRecent } from "./recent.js";
import { openRecord } from "./record.js";
import { createRunners } from "./runners.js";
import { sureness } from "./score.js";
import { isFresh, situation } from "./situation.js";
import { choose, createState, selected } from "./state.js";
import { createTimings } from "./timings.js";
import { createView } from "./view.js";
import { createViewfinder } from "./viewfinder.js";
import { createWay } from "./timing_breakdown.js";

const TICK_MS = 250;
const WITHOUT_MATCH = ["connecting", "starting", "loading", "empty", "first", "waiting", "own", "unheard"];

const state = createState();
const clock = createClock();
const timings = createTimings();
const best = createBest();
const code = createCode();
const runners = createRunners();
const recent = createRecent({
  seen: (record) => (record === drawn ? keptCrop(live.picture(), record.box) : null),
  onOpen: (record, seen) => openRecord(record, { seen: seen ?? seenThen(record), timings: timings.of(record), onClose: () => recent.focus(record) }),
});
const viewfinder = createViewfinder();
const details = createDetails();
const way = createWay(timings);
const intake = createIntake();
const cameraBar = createCameraBar({ onChoose: show });
const keyButton = byId("key-ask");
const wantKey = () => { keyButton.hidden = false; };
const view = createView({ viewfinder, refused: wantKey, nowMs: () => clock.now(), followed });
createOwnCamera({ onChange: turnOwn, refused: wantKey });
const notice = createNotice({ onRetry: () => news.open(), onNotice: announce });
const hold = createHold(async (record, dueAt) => {
  const draw = await prepare(record, view);
  return () => {
    draw();
    setDrawn(record);
    runners.visible = true; // also on a page that was paused meanwhile
    render();
    notePaint(record, dueAt);
  };
});
const stillness = createPause({ state, turn: turnStill });
const listeners = new Set();
let drawn = null; // the record that is on the screen: the one drawn, or a newer one that says the same, whose frame is
let told = null; // the record that the strip and the screen reader were given last
let shownThing = null;
let chosenBefore = null; // the choice before this device's camera was switched on
let toldKey = "";

const news = createNews({
  state, clock, timings,
  thing: () => shownThing,
  on: {
    change: render,
    // One drawing a record: the match's also draws all the rest.
    record(record) {
      const isShown = record.thing === shownThing && record.matches.length;
      if (isShown) view.hear(record);
      if (!isShown || !hold.offer(record)) render();
    },
    missed: (records) => { if (!state.paused) recent.addAll(records); },
  },
});

function setDrawn(record) {
  drawn = record;
  byId("best").dataset.record = record.id;
}

/** The frame of a newer record that says the same is on screen, or a late one. */
function followed(record) {
  setDrawn(record);
  told = null; // the strip keeps the frame
  best.see(live.picture(), record);
}

/** Gives the function that draws a record in one turn: the match and `more` of it, such as its frame, and the runners-up. */
async function prepare(record, ...more) {
  const match = Promise.all([best, ...more].map((part) => part.prepare(record)));
  const draws = [await runners.prepare(record, match), ...await match];
  return () => draws.forEach((draw) => draw());
}

/** Draws the scores of the record whose frame is on screen, when the page is paused. */
async function settle() {
  const record = drawn;
  const draw = record && await prepare(record);
  if (draw && state.paused && record === drawn) draw();
}

/**
 * Puts the drawn record into the strip and tells the screen reader, once for each distinct one; within a tick, after
 * the notice's words, as the match is the newer event.
 */
function tell(record) {
  if (!record || record === told) return;
  told = record;
  recent.add(record);
  const key = record.verdict === "no_match" ? record.verdict : bestKey(record);
  if (key === toldKey) return;
  toldKey = key;
  const [match] = record.matches;
  announce(t(`announce.${record.verdict}`, { title: shownTitle(record), sure: sureness(match.score) }));
}

/** A task that follows a frame's drawing begins when that frame is handed to the screen. */
function notePaint(record, dueAt) {
  requestAnimationFrame(() => setTimeout(() => timings.painted(record, performance.now() - dueAt)));
}

/** What the history keeps of a record that was not drawn here, or null; nothing is asked that would need a key. */
async function seenThen(record) {
  if (!state.health?.history?.kept || !keyButton.hidden) return null;
  return (await import("./seen_before.js")).seenBefore(record);
}

/** Turns the page to a camera that the visitor chose. */
async function show(thing) {
  stillness.end();
  choose(state, thing);
  render();
  const records = await getRecords({ thing });
  if (thing === shownThing) recent.addAll(records);
}

/** Turns the page to this device's camera when it starts, and back when it stops (null). */
function turnOwn(thing, stream) {
  const was = state.own?.thing;
  state.own = thing && { thing, stream, sinceMs: performance.now() };
  if (thing) {
    chosenBefore = state.chosen;
    show(thing);
  } else if (was && state.chosen === was) {
    stillness.end();
    choose(state, chosenBefore === was ? null : chosenBefore);
    render();
  }
}

/** Empties the stage when another camera takes it. */
function turnTo(thing) {
  shownThing = thing;
  drawn = null;
  toldKey = "";
  hold.reset();
  [best, view, viewfinder, runners, recent, details, timings].forEach((part) => part.clear());
  offerNewest();
}

function offerNewest() {
  const record = state.newest.get(shownThing);
  if (record?.matches.length) hold.offer(record);
}

function turnStill(yes) {
  if (yes) {
    hold.halt();
    settle();
  } else {
    hold.go();
    offerNewest();
  }
  render();
}

function render() {
  const { paused } = state;
  const thing = paused ? shownThing : selected(state);
  if (thing !== shownThing) turnTo(thing);
  const camera = state.cameras.get(thing);
  const record = state.newest.get(thing);
  const nowMs = clock.now();
  const kind = situation({ state, thing, camera, record, nowMs, elapsedMs: performance.now() });
  const match = !WITHOUT_MATCH.includes(kind);
  const facts = { state, thing, camera, record: paused ? drawn : record, kind, nowMs, match };
  [cameraBar, notice, intake, view, details, way].forEach((part) => part.render(facts));
  if (!paused) drawLive(facts);
  listeners.forEach((take) => take());
  return kind;
}

/** The parts that stand still while the page is paused. */
function drawLive(facts) {
  const { state: { own }, thing, record, kind, nowMs, match } = facts;
  document.body.dataset.situation = kind;
  document.body.dataset.shown = ["live", "resuming"].includes(kind) && isFresh(record, nowMs) ? "fresh" : "old";
  document.body.dataset.view = own && own.thing === thing ? "own" : "camera";
  code.render(match ? drawn : null);
  best.see(live.picture(), drawn);
  best.show({ match, view: viewfinder.hasPicture });
  runners.visible = match;
}

keyButton.addEventListener("click", () => askKey());
// What asks for a key is opened again with it.
onAccess(() => {
  if (!isClosed() || document.hidden) return;
  news.rest();
  news.open();
});
onKey(() => {
  setHidden(keyButton, true);
  view.again();
});

/** Follows a changed address, also by the browser's Back. */
onPlace(() => {
  const thing = getPlace("camera");
  if (thing !== state.chosen) show(thing);
});

/** Pauses the live view, or resumes it. */
export const togglePause = () => stillness.toggle();

/** The view on screen: the camera, the drawn record (or null), whether it is live, and whether it is paused. */
export const live = {
  /** `fresh` says, for a paused page, whether it was live when it was paused. */
  now() {
    return {
      thing: shownThing, camera: state.cameras.get(shownThing), record: drawn,
      fresh: document.body.dataset.shown === "fresh", paused: state.paused,
    };
  },
  /** Nodes with facts for whoever looks for a fault; they are kept up to date while they are on the page. */
  diagnostics: () => [details.node, way.node],
  /** Calls `take` after each drawing. */
  onChange: (take) => listeners.add(take),
  /** The camera's newest picture or video, or null; the viewfinder may show the frame that was matched. */
  newest: () => view.newest(),
  /** The picture or video that the viewfinder shows, or null. */
  picture: () => byId("viewfinder-frame").querySelector("img, video"),
};

export function startLive() {
  setInterval(() => {
    news.tick(render());
    tell(drawn);
  }, TICK_MS);
  const turn = () => (document.hidden ? news.rest() : news.open());
  // A hidden tab closes its connection, as a browser has only six to a host.
  document.addEventListener("visibilitychange", turn);
  window.addEventListener("online", turn);
  window.addEventListener("pageshow", (event) => event.persisted && turn());
  window.addEventListener("pagehide", () => news.rest());
  turn();
}
