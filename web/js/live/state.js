// The page's state, in one place; the views read it and never write it.

import { getPlace, setPlace } from "../base/place.js";

const AHEAD_MS = 5000; // the search allows a camera's clock 2 s; polling knows the time to the second

/** The source of a camera whose frames others send, such as a browser. */
export const FRAMES_OVER_MQTT = "frames over MQTT";

export function createState() {
  return {
    connection: { phase: "connecting", retryAt: null }, // retryAt by Date.now()
    openedAt: null, // performance.now() of the last time the stream opened
    cameras: new Map(), // thing → camera
    newest: new Map(), // thing → record
    health: null,
    wasWell: false, // since the page was opened: failing checks before that are only the start
    indexing: null, // see indexing.js
    paused: false,
    chosen: getPlace("camera"), // in the address, so that a wall screen can be bookmarked
    own: null, // {thing, sinceMs} of this device's camera while it is on, by performance.now()
    settled: null, // the camera shown since nobody chose one
  };
}

export function takePhase(state, connection) {
  if (isConnected(connection) && !isConnected(state.connection)) state.openedAt = performance.now();
  state.connection = connection;
}

/** Whether updates come, by the stream or by polling. */
export const isConnected = ({ phase }) => phase === "open" || phase === "polling";

export function takeCameras(state, cameras) {
  state.cameras = new Map(cameras.map((camera) => [camera.thing, camera]));
}

export function takeCamera(state, camera) {
  state.cameras.set(camera.thing, camera);
}

/** Whether a record is newer: by one of both, as ids start again with an emptied Redis, and clocks are set. */
export const isNewer = (record, known) => record.id > known.id || record.captured_at > known.captured_at;

/** Whether a record seems to come from the future: by a wrong clock, then or now. */
export const isOfFuture = (record, nowMs) => Date.parse(record.captured_at) > nowMs + AHEAD_MS;

/**
 * Keeps a record unless a newer one of its camera is known, or it would seem newer than all to come; false for one
 * that is not kept.
 */
export function takeRecord(state, record, nowMs) {
  const known = state.newest.get(record.thing);
  if (isOfFuture(record, nowMs)) return false;
  if (known && !isNewer(record, known) && !isOfFuture(known, nowMs)) return false;
  state.newest.set(record.thing, record);
  return true;
}

/** Forgets the cameras of `known` that no longer exist. */
export function dropCameras(state, known, cameras) {
  const there = new Set(cameras.map(({ thing }) => thing));
  known.filter((thing) => !there.has(thing)).forEach((thing) => {
    state.cameras.delete(thing);
    state.newest.delete(thing);
  });
}

const byName = new Intl.Collator("en", { numeric: true }); // cam-2 before cam-10

/** A camera's name for people. */
export const nameOf = (state, thing) => state.cameras.get(thing)?.title ?? thing;

/** Whether a camera is off for good, such as a browser that was a camera for a while. */
export const isOff = (state, thing) => state.own?.thing !== thing && state.cameras.get(thing)?.state === "offline";

/**
 * Every camera, also one that sends observations but never its state, and this device's from the start;
 * by name, those that are off last.
 */
export function things(state) {
  const own = state.own ? [state.own.thing] : [];
  const all = [...new Set([...state.cameras.keys(), ...state.newest.keys(), ...own])];
  return all.sort((a, b) => isOff(state, a) - isOff(state, b) || byName.compare(nameOf(state, a), nameOf(state, b)));
}

/** The camera to show: the chosen one, else one that is on, which stays while it is known. */
export function selected(state) {
  const known = things(state);
  if (known.includes(state.chosen)) return state.chosen;
  if (known.includes(state.settled)) return state.settled;
  const online = known.filter((thing) => state.cameras.get(thing)?.state === "online");
  // A phone that joins does not replace the camera that is always there.
  const on = online.find((thing) => state.cameras.get(thing).source !== FRAMES_OVER_MQTT) ?? online[0];
  if (on && state.newest.has(on)) state.settled = on;
  return on ?? known[0] ?? null;
}

/** Keeps the choice, or null for none, also in the address. */
export function choose(state, thing) {
  state.chosen = thing;
  setPlace("camera", thing);
}
