// What the page knows, in one place; the views read it and never write it.

import { getPlace, setPlace } from "../base/place.js";

/** The source of a camera whose frames others send, such as a browser. */
export const FRAMES_OVER_MQTT = "frames over MQTT";

export function createState() {
  return {
    connection: { phase: "connecting", retryAt: null },
    openedAt: null, // performance.now() of the last time the stream opened
    cameras: new Map(), // thing → camera
    newest: new Map(), // thing → record
    health: null,
    chosen: getPlace("camera"), // in the address, so that a wall screen can be bookmarked
    own: null, // {thing, sinceMs} of this device's camera while it is on, by performance.now()
    settled: null, // the camera shown since nobody chose one
  };
}

export function takePhase(state, connection) {
  if (connection.phase === "open") state.openedAt = performance.now();
  state.connection = connection;
}

export function takeCameras(state, cameras) {
  state.cameras = new Map(cameras.map((camera) => [camera.thing, camera]));
}

export function takeCamera(state, camera) {
  state.cameras.set(camera.thing, camera);
}

/** Keeps a record unless a newer one of its camera is known. False for one that came too late. */
export function takeRecord(state, record) {
  const known = state.newest.get(record.thing);
  // Both must be older: ids start again with an emptied Redis, and times jump when a camera's clock is set.
  if (known && record.id <= known.id && record.captured_at <= known.captured_at) return false;
  state.newest.set(record.thing, record);
  return true;
}

/** Every camera by name, also one that sends observations but never its state, and this device's from the start. */
export function things(state) {
  const own = state.own ? [state.own.thing] : [];
  return [...new Set([...state.cameras.keys(), ...state.newest.keys(), ...own])].sort();
}

/** The camera to show: the chosen one, else one that is on, and then the same one for as long as it is known. */
export function selected(state) {
  const known = things(state);
  if (known.includes(state.chosen)) return state.chosen;
  if (known.includes(state.settled)) return state.settled;
  const online = known.filter((thing) => state.cameras.get(thing)?.state === "online");
  // Somebody's phone that joins in does not take the page from the camera that is always there.
  const on = online.find((thing) => state.cameras.get(thing).source !== FRAMES_OVER_MQTT) ?? online[0];
  if (on && state.newest.has(on)) state.settled = on;
  return on ?? known[0] ?? null;
}

/** Keeps the choice, or null for none, also in the address. */
export function choose(state, thing) {
  state.chosen = thing;
  setPlace("camera", thing);
}
