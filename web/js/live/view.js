// The picture behind the viewfinder's box. Beside a match it is the very frame that was matched, or that of a newer
// record that says the same; without one it is what the camera sees now, or this device's own video.

import { pause } from "../base/pause.js";
import { createFrames } from "./frames.js";
import { saysSame } from "./hold.js";
import { play } from "./own_camera.js";
import { createPreview } from "./preview.js";
import { createScene } from "./scene.js";
import { isConnected, isNewer } from "./state.js";

const SEEING = ["online", "clock_wrong"];
const REST_MS = 100; // between pictures of what the camera sees now
const BESIDE_MS = 500; // the same beside a match, where they only tell whether the scene has changed
const PATIENCE_MS = 400; // a slow frame must not hold the match back; it then comes when it comes
const NEXT_MS = 150; // interval of frames of records that say the same
const FETCH_MS = 250; // the same, of frames that have to be fetched
const LOST_MS = 2000;
const CALM_MS = 1000; // the same, for visitors who want no motion

const within = (promise, ms) => Promise.race([promise, pause(ms).then(() => null)]);

function wanted({ state, thing, camera }) {
  if (state.own?.thing === thing) return "own";
  // A hidden page shows nothing, and is connecting for a moment when it is visible again.
  if (document.hidden || state.connection.phase === "connecting") return "rest";
  return isConnected(state.connection) && SEEING.includes(camera?.state) ? "previews" : "nothing";
}

/**
 * `nowMs()` is the server's time, `refused` is called when the api needs a key, and `followed(record)` when the frame
 * of a newer record that says the same, or a late one of the same, is on screen.
 */
export function createView({ viewfinder, nowMs, refused, followed }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const frames = createFrames();
  const scene = createScene();
  const preview = createPreview({ show: take, refused, restMs: () => (pictured ? BESIDE_MS : REST_MS) });
  let mode = "";
  let still = false;
  let withMatch = false; // whether a match is on screen
  let matched = null; // the newest record that says what the match on screen does
  let pictured = null; // {record, image} on screen
  let newest = null; // {image, stamp} of the camera
  let video = null; // this device's own
  let putAt = -Infinity;
  let busy = false;

  const isBound = () => withMatch && matched !== null && frames.has(matched);

  const now = () => (mode === "own" ? video : newest?.image ?? null);

  /** Shows what the camera sees now, as soon as there is a picture of it. */
  function free() {
    pictured = null;
    viewfinder.name(null);
    if (now()) viewfinder.behind(now());
    if (mode === "own") video?.play();
  }

  /** Shows the frame of a record; without one the room is kept free until it comes. */
  function put(record, image) {
    matched = record;
    if (!image) {
      pictured = null;
      viewfinder.name(null);
      return viewfinder.expect();
    }
    pictured = { record, image };
    putAt = performance.now();
    viewfinder.behind(image);
    viewfinder.name(record);
    viewfinder.render({ record, own: true });
  }

  /** Takes the camera's newest picture. */
  function take(image, stamp) {
    newest = image && { image, stamp };
    if (image) frames.take(image, stamp);
    else {
      frames.none();
      if (!now() && !still) viewfinder.behind(null);
    }
    if (still) return;
    if (!isBound()) free();
    else if (!pictured) follow(matched);
    else if (stamp) scene.look(newest, pictured);
  }

  /** Shows the frame of a record that says what the match on screen does, if it is due and can be had. */
  async function follow(record) {
    if (busy || still || !isBound() || !frames.has(record)) return;
    const sinceMs = performance.now() - putAt;
    const dueMs = calm.matches ? CALM_MS : frames.here(record) ? NEXT_MS : FETCH_MS;
    if (pictured && sinceMs < dueMs) return;
    busy = true;
    const image = await within(frames.of(record, nowMs()), LOST_MS);
    busy = false;
    const isLater = record === matched ? !pictured : isNewer(record, matched) && saysSame(record, matched);
    if (!image || still || !isBound() || !isLater) return;
    put(record, image);
    followed(record);
  }

  function putLate(record, image) {
    if (pictured || matched !== record || !isBound()) return;
    put(record, image);
    followed(record);
  }

  async function openOwn({ stream }) {
    const opened = await play(stream);
    if (mode !== "own") return;
    video = opened;
    if (!still && !pictured) free();
  }

  /** Pauses the picture, or lets it go on from there. */
  function turnStill(yes) {
    still = yes;
    viewfinder.still(yes);
    if (yes) preview.watch(null);
    else if (mode !== "own") mode = "still";
  }

  function enter(next, { state: { own } }) {
    const goesOn = mode === "still";
    mode = next;
    if (mode === "own") openOwn(own);
    else video = null;
    if (mode === "nothing" || (mode === "rest" && !goesOn)) pictured = null;
    if (mode === "nothing") viewfinder.behind(null);
    else if (mode !== "own" && !goesOn && (mode === "previews" || viewfinder.hasPicture)) viewfinder.expect();
  }

  return {
    /** `match` says whether a match is on screen. */
    render(view) {
      if (view.state.paused !== still) turnStill(view.state.paused);
      if (still) return;
      withMatch = view.match;
      const next = wanted(view);
      if (next !== mode) enter(next, view);
      const isSeen = mode === "previews" || (mode === "own" && isConnected(view.state.connection) && SEEING.includes(view.camera?.state));
      preview.watch(isSeen ? view.thing : null);
      if (pictured && !isBound()) free();
      viewfinder.changed(pictured !== null && scene.changed);
      if (!pictured) viewfinder.render({ record: view.record });
    },
    /** Waits a moment for a record's frame and gives the function that draws it together with the match. */
    async prepare(record) {
      const isWatched = mode === "previews" || mode === "own";
      const frame = async () => {
        await frames.known();
        return frames.of(record, nowMs());
      };
      const coming = isWatched ? frame() : Promise.resolve(null);
      const image = await within(coming, PATIENCE_MS);
      return () => {
        withMatch = true;
        scene.drawn();
        if (image || frames.has(record)) put(record, image);
        else {
          matched = record;
          free();
        }
        if (!image) coming.then((late) => late && putLate(record, late)); // also on a page that was paused meanwhile
      };
    },
    /** Takes a newer record of the camera. */
    hear(record) {
      if (!matched || still || record === matched) return;
      const agrees = saysSame(record, matched);
      scene.hear(agrees);
      if (agrees) follow(record);
    },
    /** The camera's newest picture, or this device's video; null without one. */
    newest: now,
    /** Clears the picture for another camera. */
    clear() {
      [mode, matched, pictured, newest, video] = ["", null, null, null, null];
      frames.clear();
      scene.drawn();
      preview.watch(null);
      viewfinder.name(null);
    },
    /** Tries again with a new key. */
    again: () => preview.again(),
  };
}
