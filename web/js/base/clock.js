// The server's time, for ages and expiry: a visitor's clock may be minutes off.

const KEPT = 30; // heartbeats, a minute's worth
const SET_MS = 5000; // heartbeats this late, both of them alike, are of a clock that was set back
const ALIKE_MS = 1000;

export function createClock(elapsedMs = () => performance.now()) {
  let offsets = [];
  let sameStream = false;

  return {
    /** Takes a heartbeat's ISO time. The largest offset is that of the least delay, and so the nearest to the truth. */
    heard(isoTime) {
      const serverMs = Date.parse(isoTime);
      if (Number.isNaN(serverMs)) return;
      const offset = serverMs - elapsedMs();
      const wasSet = Math.max(offset, offsets.at(-1)) + SET_MS < Math.max(...offsets)
        && Math.abs(offset - offsets.at(-1)) < ALIKE_MS;
      offsets = [...(sameStream && !wasSet ? offsets : []), offset].slice(-KEPT);
      sameStream = true;
    },
    /** Forgets earlier heartbeats, for a new stream: performance.now() may have stood still while the computer slept. */
    restart() {
      sameStream = false;
    },
    /** Milliseconds since 1970 by the server's clock, or by this device's until the first heartbeat. */
    now: () => (offsets.length ? Math.max(...offsets) + elapsedMs() : Date.now()),
    /** The same, but the end of time until the first heartbeat: what is later is of a wrong clock for certain. */
    latest: () => (offsets.length ? Math.max(...offsets) + elapsedMs() : Infinity),
  };
}
