// Names the one situation that the page is in, from what is known; pure, so that each can be checked alone.

const GRACE_MS = 1500; // cameras and the newest record follow the stream's opening by a moment
const OWN_GRACE_MS = 20000; // its first frame has the model loaded
const CAMERA_TROUBLE = ["offline", "no_camera", "stalled", "clock_wrong"];

export const isFresh = (record, nowMs) => Boolean(record) && Date.parse(record.expires_at) > nowMs;

export function failingChecks(health) {
  return Object.entries(health?.checks ?? {}).filter(([, check]) => !check.ok);
}

/**
 * One of connecting, resuming, lost, failing, empty, a camera's trouble, live, waiting (no camera),
 * first (camera on, no record), own (this device's camera was just switched on), unheard (and nobody looks at its
 * frames), stale. Only `live` may be called live.
 */
export function situation({ state, thing, camera, record, nowMs, elapsedMs }) {
  const { phase } = state.connection;
  if (phase === "lost") return "lost";
  if (phase !== "open") return record ? "resuming" : "connecting";

  const fresh = isFresh(record, nowMs);
  const items = state.health?.checks?.index?.items;
  if (!fresh && failingChecks(state.health).length) return "failing";
  if (fresh ? record.matches.length === 0 : items === 0) return "empty";
  const ownMs = state.own?.thing === thing ? elapsedMs - state.own.sinceMs : null;
  if (ownMs !== null && !fresh && camera?.state !== "online") {
    if (ownMs < OWN_GRACE_MS) return "own";
    if (!camera || camera.state === "offline") return "unheard";
  }
  if (CAMERA_TROUBLE.includes(camera?.state)) return camera.state;
  if (fresh) return "live";
  if (elapsedMs - state.openedAt < GRACE_MS) return record ? "resuming" : "connecting";
  if (record) return "stale";
  return camera ? "first" : "waiting";
}
