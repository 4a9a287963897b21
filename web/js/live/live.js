// The live view: the stream and a few reads fill the state, and a tick draws it.

import { announce } from "../base/announce.js";
import { getCameras, getHealth, getRecords } from "../base/api.js";
import { createClock } from "../base/clock.js";
import { byId } from "../base/dom.js";
import { askKey, onKey } from "../base/key.js";
import { t } from "../base/text.js";
import { createCameraBar } from "./camera.js";
import { createDetails } from "./details.js";
import { bestKey, createHold } from "./hold.js";
import { createBest, titleOf } from "./match.js";
import { createNotice } from "./notice.js";
import { createOwnCamera } from "./own.js";
import { createRecent } from "./recent.js";
import { createRunners } from "./runners.js";
import { sureness } from "./score.js";
import { failingChecks, isFresh, situation } from "./situation.js";
import { choose, createState, selected, takeCamera, takeCameras, takePhase, takeRecord } from "./state.js";
import { createStream } from "./stream.js";
import { createView } from "./view.js";
import { createViewfinder } from "./viewfinder.js";

const TICK_MS = 250;
const HEALTH_MS = { well: 10000, unwell: 4000 };
const WITHOUT_MATCH = ["connecting", "empty", "first", "waiting", "own", "unheard"];

const state = createState();
const clock = createClock();
const best = createBest();
const runners = createRunners();
const recent = createRecent();
const viewfinder = createViewfinder();
const details = createDetails();
const cameraBar = createCameraBar({ onChoose: show });
const keyButton = byId("key-ask");
const wantKey = () => { keyButton.hidden = false; };
const view = createView({ viewfinder, refused: wantKey });
createOwnCamera({ onChange: turnOwn, refused: wantKey });
const notice = createNotice({ onRetry: () => stream.open(), onNotice: announce });
const hold = createHold(async (record) => {
  const draws = await Promise.all([best.prepare(record), runners.prepare(record)]);
  return () => {
    draws.forEach((draw) => draw());
    drawn = record;
    tell(record);
    render();
  };
});
const listeners = new Set();
let drawn = null; // the record that is on the screen
let shownThing = null;
let chosenBefore = null; // before this device's camera was switched on
let toldKey = "";
let healthAt = -Infinity;

const stream = createStream("matches/stream", {
  phase(connection) {
    const opened = connection.phase === "open";
    takePhase(state, connection);
    if (opened) refetch();
    else clock.restart();
    render();
  },
  heartbeat: (isoTime) => clock.heard(isoTime),
  camera(camera) {
    takeCamera(state, camera);
    render();
  },
  match(record) {
    if (!takeRecord(state, record)) return;
    render();
    if (record.thing === shownThing && record.matches.length) hold.offer(record);
  },
});

/** What is drawn now goes into the strip and to the screen reader, once for each distinct one. */
function tell(record) {
  recent.add(record);
  const key = record.verdict === "no_match" ? record.verdict : bestKey(record);
  if (key === toldKey) return;
  toldKey = key;
  const [match] = record.matches;
  announce(t(`announce.${record.verdict}`, { title: titleOf(match), sure: sureness(match.score) }));
}

/** Once the stream is open, fills in what was missed while it was not. */
async function refetch() {
  const [cameras, records] = await Promise.all([getCameras(), getRecords({ thing: shownThing }), readHealth()]);
  if (cameras) takeCameras(state, cameras);
  records.toReversed().forEach((record) => takeRecord(state, record));
  render();
  recent.addAll(records.filter((record) => record.thing === shownThing));
}

async function readHealth() {
  healthAt = performance.now();
  state.health = await getHealth();
}

/** Turns the page to a camera that the visitor chose. */
async function show(thing) {
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
  [best, view, viewfinder, runners, recent, details].forEach((part) => part.clear());
  const record = state.newest.get(thing);
  if (record?.matches.length) hold.offer(record);
}

function render() {
  const thing = selected(state);
  if (thing !== shownThing) turnTo(thing);
  const camera = state.cameras.get(thing);
  const record = state.newest.get(thing);
  const nowMs = clock.now();
  const kind = situation({ state, thing, camera, record, nowMs, elapsedMs: performance.now() });
  const facts = { state, thing, camera, record, kind, nowMs };
  document.body.dataset.situation = kind;
  document.body.dataset.shown = ["live", "resuming"].includes(kind) && isFresh(record, nowMs) ? "fresh" : "old";
  document.body.dataset.view = state.own && state.own.thing === thing ? "own" : "camera";
  [cameraBar, notice, view, viewfinder, details].forEach((part) => part.render(facts));
  const match = !WITHOUT_MATCH.includes(kind);
  best.show({ match, view: viewfinder.hasPicture });
  runners.visible = match;
  listeners.forEach((take) => take());
  return kind;
}

function tick() {
  const kind = render();
  const well = kind === "live" && !failingChecks(state.health).length;
  const dueMs = well ? HEALTH_MS.well : HEALTH_MS.unwell;
  if (state.connection.phase === "open" && performance.now() - healthAt > dueMs) readHealth();
}

keyButton.addEventListener("click", () => askKey());
onKey(() => {
  keyButton.hidden = true;
  view.again();
});

/** What the person has before them: the camera, the record that is drawn (or null), and whether it is live. */
export const live = {
  now() {
    return { thing: shownThing, camera: state.cameras.get(shownThing), record: drawn, fresh: document.body.dataset.shown === "fresh" };
  },
  /** Calls `take` after each drawing. */
  onChange: (take) => listeners.add(take),
  /** The picture or video that the viewfinder shows, or null. */
  picture: () => byId("viewfinder-frame").querySelector("img, video"),
};

export function startLive() {
  setInterval(tick, TICK_MS);
  // A hidden tab gives its connection back: a browser has six to a host, and nobody looks.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream.rest();
    else stream.open();
  });
  window.addEventListener("online", () => stream.open());
  window.addEventListener("pageshow", (event) => event.persisted && stream.open());
  stream.open();
}
