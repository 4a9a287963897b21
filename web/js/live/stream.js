// One connection of the event stream, which counts as dead after an error or a silence.
// EventSource's own retry is not used: it gives up for good on an error status and never backs off.

const SILENCE_MS = 6000; // three heartbeats
const EVENTS = ["match", "camera", "heartbeat"];

/**
 * Opens one. `take(name, data)` gets each event; `heard()` is called with the first heartbeat, because a connection
 * alone proves nothing: a proxy may accept it for a server that is gone. `lost({silent})` is called at its end.
 */
export function openStream(address, { take, heard, lost }) {
  const source = new EventSource(address);
  let open = false;
  let watchdog = 0;

  function close() {
    clearTimeout(watchdog);
    source.close();
  }

  function end(silent) {
    close();
    lost({ silent });
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
  source.addEventListener("error", () => end(false));
  alive();
  return { close };
}
