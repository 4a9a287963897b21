// The event stream: one connection, told dead by silence, opened anew with backoff.
// EventSource's own retry is not used: it gives up for good on an error status and never backs off.

const SILENCE_MS = 6000; // three heartbeats
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30000;

/** 1, 2, 4 … 30 s, shortened by up to a third so that many pages do not come back at the same moment. */
export function backoffMs(failures, random = Math.random) {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return Math.max(FIRST_RETRY_MS, full * (1 - random() / 3));
}

/**
 * Keeps a stream open. `on` holds: match(record), camera(camera), heartbeat(isoTime), and
 * phase({phase, retryAt}) with phase connecting, open or lost, retryAt by performance.now() or null.
 */
export function createStream(path, on) {
  let source = null;
  let failures = 0; // in a row
  let heard = false;
  let watchdog = 0;
  let retry = 0;

  function alive() {
    clearTimeout(watchdog);
    watchdog = setTimeout(lose, SILENCE_MS);
  }

  function listen(name, take) {
    source.addEventListener(name, (event) => {
      alive();
      let data;
      try {
        data = JSON.parse(event.data);
      } catch {
        return console.warn(`event ${name} is no JSON`, event.data);
      }
      take(data);
    });
  }

  function open() {
    close();
    on.phase({ phase: failures ? "lost" : "connecting", retryAt: null });
    source = new EventSource(path);
    heard = false;
    alive();
    source.addEventListener("error", lose);
    listen("match", on.match);
    listen("camera", on.camera);
    listen("heartbeat", ({ now }) => {
      on.heartbeat(now);
      if (heard) return;
      // Open means heard, not merely connected: a proxy may accept for a server that is gone.
      heard = true;
      failures = 0;
      on.phase({ phase: "open", retryAt: null });
    });
  }

  function lose() {
    close();
    failures += 1;
    const waitMs = backoffMs(failures);
    on.phase({ phase: "lost", retryAt: performance.now() + waitMs });
    retry = setTimeout(open, waitMs);
  }

  function close() {
    clearTimeout(watchdog);
    clearTimeout(retry);
    source?.close();
    source = null;
  }

  return {
    /** Opens now, also in the middle of a wait. */
    open,
    /** Closes without calling it lost: a hidden tab needs no stream. */
    rest() {
      close();
      failures = 0;
    },
  };
}
