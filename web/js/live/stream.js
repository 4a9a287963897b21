// One connection of the event stream, which counts as dead after an error or a silence.
// EventSource's own retry is not used: it gives up for good on an error status and never backs off.

import { KeyedSource } from "./keyed_source.js";

const SILENCE_MS = 6000; // three heartbeats
const NOT_IMPLEMENTED = 501; // the answer of a host without streams, such as a function on AWS
const EVENTS = ["match", "camera", "heartbeat"];

/** Whether the host answers that it has no streams. */
async function isRefused(address, headers) {
  const ending = new AbortController();
  const late = setTimeout(() => ending.abort(), SILENCE_MS);
  try {
    const answer = await fetch(address, { headers, signal: ending.signal });
    return answer.status === NOT_IMPLEMENTED;
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    ending.abort(); // a stream would go on
  }
}

/**
 * Opens one. `take(name, data)` gets each event; `heard()` is called with the first heartbeat, because a connection
 * alone proves nothing: a proxy may accept it for a server that is gone. `lost({silent, never})` is called at its end:
 * `silent` after a silence, `never` if the host has no streams. `headers` hold the key, or nothing; `refused()` is called if
 * that is no key of the server's.
 */
export function openStream(address, { take, heard, lost, headers, refused }) {
  const source = headers.Authorization ? new KeyedSource(address, headers, refused) : new EventSource(address);
  let open = false;
  let ended = false;
  let watchdog = 0;

  function close() {
    ended = true;
    clearTimeout(watchdog);
    source.close();
  }

  function end(silent, never = false) {
    if (ended) return;
    close();
    lost({ silent, never });
  }

  /** After an error. EventSource is closed after an answer that is no stream, and does not say which. */
  async function fail() {
    const answered = source.readyState === EventSource.CLOSED;
    source.close();
    end(false, answered && !open && await isRefused(address, headers));
  }

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(end, SILENCE_MS, true);
  }

  function listen(name) {
    source.addEventListener(name, (event) => {
      alive();
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        return console.warn(`event ${name} is no JSON`, event.data);
      }
      take(name, data);
      if (open || name !== "heartbeat") return;
      open = true;
      heard();
    });
  }

  EVENTS.forEach(listen);
  source.addEventListener("error", fail);
  alive();
  return { close };
}
