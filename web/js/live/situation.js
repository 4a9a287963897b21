// Names the page's situation from the state. Pure, so that each situation can be checked alone.

import { isConnected } from "./state.js";

const GRACE_MS = 1500; // cameras and the newest record follow the stream's opening by a moment
const OWN_GRACE_MS = 20000; // its first frame waits for the model to load
const STARTING_MS = 60000;
export const CAMERA_TROUBLE = ["offline", "no_camera", "stalled", "clock_wrong"];

export const isFresh = (record, nowMs) => Boolean(record) && Date.parse(record.expires_at) > nowMs;

/** The checks that fail; an index that is only loading does not fail. */
export function failingChecks(health) {
  return Object.entries(health?.checks ?? {}).filter(([, check]) => !check.ok && !check.loading);
}

/** {read, total} while the search reads the catalogue for the first time since its start, else null. */
export const loadingOf = (health) => health?.checks?.index?.loading ?? null;

/** The catalogue's model if a camera that gives pictures runs another one, whose vectors can't be compared; else null. */
export function otherModelThan(health, camera) {
  const catalogue = health?.checks?.index?.model;
  const runs = ["online", "clock_wrong"].includes(camera?.state) && camera.model;
  return catalogue && runs && runs !== catalogue ? catalogue : null;
}

/** Whether the system is still starting: its index has not been ready since the page was opened, for a while. */
function isStarting(state, elapsedMs) {
  const failing = failingChecks(state.health).map(([name]) => name);
  return !state.wasWell && failing.every((name) => name === "index") && elapsedMs - state.openedAt < STARTING_MS;
}

/** The state of this device's camera if it was just switched on or its frames get no answer, else null. */
function ownSituation({ state, thing, camera, elapsedMs }) {
  if (state.own?.thing !== thing || camera?.state === "online") return null;
  if (elapsedMs - state.own.sinceMs < OWN_GRACE_MS) return "own";
  return !camera || camera.state === "offline" ? "unheard" : null;
}

/**
 * One of connecting, resuming, lost, starting, failing, loading, empty, a camera's trouble, live, other_model,
 * waiting (no camera), first (camera on, no record), own, unheard, stale. Only `live` may be called live.
 */
export function situation({ state, thing, camera, record, nowMs, elapsedMs }) {
  if (state.connection.phase === "lost") return "lost";
  if (!isConnected(state.connection)) return record ? "resuming" : "connecting";

  const fresh = isFresh(record, nowMs);
  const items = state.health?.checks?.index?.items;
  if (!fresh && failingChecks(state.health).length) return isStarting(state, elapsedMs) ? "starting" : "failing";
  if (!fresh && loadingOf(state.health)) return "loading";
  if (fresh ? record.matches.length === 0 : items === 0) return "empty";
  const own = fresh ? null : ownSituation({ state, thing, camera, elapsedMs });
  if (own) return own;
  if (CAMERA_TROUBLE.includes(camera?.state)) return camera.state;
  if (fresh) return "live";
  if (otherModelThan(state.health, camera)) return "other_model";
  if (elapsedMs - state.openedAt < GRACE_MS) return record ? "resuming" : "connecting";
  if (record) return "stale";
  return camera ? "first" : "waiting";
}
