// The source of updates: the stream, reopened with backoff, or polling where the stream does not get through.
// Runs in the worker that all tabs share as well as in a tab, so it knows no page.

import { createPoll } from "./poll.js";
import { openStream } from "./stream.js";

const ROOT = new URL("../../", import.meta.url);
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30000;
const WORD_MS = 400; // "lost" is not announced before polling was tried
const AGAIN_MS = [10000, 60000]; // retries of the stream, while polling works

/** 1, 2, 4 … 30 s, shortened by up to a third so that many pages do not come back at the same moment. */
export function backoffMs(failures, random = Math.random) {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return Math.max(FIRST_RETRY_MS, full * (1 - random() / 3));
}

/**
 * Keeps updates coming. `emit(name, data)` gets `match`, `camera`, `heartbeat` as the stream has them, and `phase`:
 * {phase, retryAt} with phase connecting, open, polling or lost, retryAt by Date.now() or null. `headers()` gives the key where
 * one is needed, `refused(headers)` is called with one that is not right.
 */
export function createSource(emit, { headers = () => ({}), refused = () => {} } = {}) {
  const poll = createPoll(ROOT, { take: emit, headers, lost: () => { polling = false; close(); lose({ silent: false }); } });
  let stream = null;
  let phase = "";
  let polling = false;
  let streams = true; // false while the host says that it has none
  let failures = 0; // in a row
  let tries = 0; // tries of the stream, while polling
  let [retry, word] = [0, 0];

  function tell(now, retryAt = null) {
    clearTimeout(word);
    phase = now;
    emit("phase", { phase, retryAt });
  }

  function connect() {
    close();
    const given = headers();
    stream = openStream(new URL("matches/stream", ROOT), { take: emit, heard, lost: lose, headers: given, refused: () => refused(given) });
  }

  function open() {
    if (!polling) tell(failures ? "lost" : "connecting");
    connect();
  }

  function heard() {
    failures = tries = 0;
    polling = false;
    poll.stop();
    tell("open");
  }

  function lose({ silent, never = false }) {
    stream = null;
    clearTimeout(retry);
    streams = !never;
    if (polling) {
      if (streams) retry = setTimeout(connect, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]);
      return;
    }
    failures += 1;
    const waitMs = backoffMs(failures);
    const [retryAt, held] = [Date.now() + waitMs, silent || never || failures > 1];
    clearTimeout(word);
    word = setTimeout(tell, held ? WORD_MS : 0, "lost", retryAt);
    retry = setTimeout(open, waitMs);
    if (held) turnToAsking();
  }

  /** A server that answers whose stream stays silent is behind a proxy that holds it back. */
  async function turnToAsking() {
    const mine = failures;
    if (!(await poll.answers()) || mine !== failures || polling) return;
    polling = true;
    failures = tries = 0;
    if (!stream) lose({ silent: false, never: !streams }); // sets the next try of the stream
    poll.start();
    tell("polling");
  }

  function close() {
    clearTimeout(retry);
    clearTimeout(word);
    stream?.close();
    stream = null;
  }

  return {
    /** Opens at once, also in the middle of a wait; an open source stays open. */
    open() {
      if (!stream || phase === "lost") open();
    },
    /** Closes without the phase `lost`: a hidden tab needs no updates. */
    rest() {
      close();
      poll.stop();
      polling = false;
      failures = 0;
      phase = "";
    },
  };
}
