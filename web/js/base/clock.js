// The server's time, for ages and expiry: a visitor's clock may be minutes off.

const KEPT = 30; // heartbeats, a minute's worth

export function createClock(elapsedMs = () => performance.now()) {
  let offsets = [];
  let sameStream = false;

  return {
    /** Takes a heartbeat's ISO time. The largest offset is that of the least delay, and so the nearest to the truth. */
    heard(isoTime) {
      const serverMs = Date.parse(isoTime);
      if (Number.isNaN(serverMs)) return;
      offsets = [...(sameStream ? offsets : []), serverMs - elapsedMs()].slice(-KEPT);
      sameStream = true;
    },
    /** Forgets earlier heartbeats, for a new stream: performance.now() may have stood still while the computer slept. */
    restart() {
      sameStream = false;
    },
    /** Milliseconds since 1970 by the server's clock, or by this device's until the first heartbeat. */
    now: () => (offsets.length ? Math.max(...offsets) + elapsedMs() : Date.now()),
  };
}
