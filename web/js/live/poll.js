// Polling, where a proxy holds the stream back or the host has none: the same events as the stream, from GET calls.

import { pause } from "../base/pause.js";

const EVERY_MS = 1000;
const CAMERAS_EVERY = 3; // number of turns
const CAMERAS_AT_LEAST = 9; // turns, also while each camera that is online sends records
const TIMEOUT_MS = 4000;
const PATIENCE = 3; // number of turns without an answer
const LIMIT = 100; // records of all cameras: a busy one must not push the others out

/** The api's answer, or null without one; a proxy's own error page does not count. */
async function ask(address, headers) {
  try {
    const answer = await fetch(address, { cache: "no-store", headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const ours = answer.ok || answer.headers.get("Content-Type")?.includes("problem+json");
    return ours ? { answer, body: await answer.json() } : null;
  } catch {
    return null;
  }
}

/** `root` is the api's address, `headers()` what is sent with each call. `take(name, data)` gets the stream's events; `lost()` is called when answers have stopped. */
export function createPoll(root, { take, lost, headers }) {
  let after = 0;
  let round = 0; // a new round ends the loop of the one before
  let online = new Set();
  let heard = new Set(); // cameras of the records that came since the cameras were asked for

  /** The server's time, to the second, from the headers of an answer, which a cache may have kept for a while. */
  function heartbeat({ headers }) {
    const date = Date.parse(headers.get("Date")) + 1000 * (Number(headers.get("Age")) || 0);
    if (!Number.isNaN(date)) take("heartbeat", { now: new Date(date).toISOString() });
  }

  async function matches() {
    const found = await ask(new URL(`matches?limit=${LIMIT}&after=${after}`, root), headers());
    if (!found) return false;
    heartbeat(found.answer);
    for (const record of (found.body.records ?? []).toReversed()) {
      after = record.id; // the last is the newest; ids begin again with an emptied Redis
      take("match", record);
      heard.add(record.thing);
    }
    return true;
  }

  async function cameras() {
    heard = new Set();
    const found = await ask(new URL("cameras", root), headers());
    const all = found?.body.cameras ?? [];
    online = new Set(all.filter(({ state }) => state === "online").map(({ thing }) => thing));
    all.forEach((camera) => take("camera", camera));
  }

  /** Whether nothing of the cameras is news: just those that are online have sent records. */
  const isQuiet = () => online.size > 0 && online.size === heard.size && [...online].every((thing) => heard.has(thing));

  async function follow(mine) {
    for (let turn = 0, silent = 0; mine === round; turn += 1) {
      await pause(EVERY_MS);
      if (mine !== round) return;
      if (turn % CAMERAS_AT_LEAST === 0 || (turn % CAMERAS_EVERY === 0 && !isQuiet())) cameras();
      silent = (await matches()) ? 0 : silent + 1;
      if (silent >= PATIENCE && mine === round) {
        round += 1;
        lost();
      }
    }
  }

  return {
    /** Whether the api answers at all. */
    answers: async () => (await ask(new URL("matches?limit=1", root), headers())) !== null,
    start: () => follow(round += 1),
    stop: () => { round += 1; },
  };
}
