// The server's time. Ages and expiry are told by it, because a visitor's clock may be minutes off.

const KEPT = 30; // heartbeats, a minute's worth

export function createClock(elapsedMs = () => performance.now()) {
  let offsets = [];
  let sameStream = false;

  return {
    /** Takes a heartbeat's ISO time. The least delayed one comes nearest to the truth: it gives the largest offset. */
    heard(isoTime) {
      const serverMs = Date.parse(isoTime);
      if (Number.isNaN(serverMs)) return;
      offsets = [...(sameStream ? offsets : []), serverMs - elapsedMs()].slice(-KEPT);
      sameStream = true;
    },
    /** For a new stream the next heartbeat counts alone: performance.now() may have stood still while the computer slept. */
    restart() {
      sameStream = false;
    },
    /** Milliseconds since 1970 by the server, or by this device until the server was heard. */
    now: () => (offsets.length ? Math.max(...offsets) + elapsedMs() : Date.now()),
  };
}
