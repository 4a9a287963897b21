// Timings of frames by stage: of the last one drawn, and the spread of recent ones. Uses no part of the page.

export const STAGES = ["capture", "embed", "codes", "transport", "search", "queue", "screen"];
const KEPT = 100;

/** The value below which a `share` of the values lie, by nearest rank. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function createTimings() {
  const measured = new WeakMap(); // record → {queue, screen}, measured here
  let heard = []; // records, newest last
  let drawn = [];
  let openedMs = Infinity;

  /** The stages of one record; unmeasured ones are left out. */
  function of(record) {
    const all = { ...record.timings_ms, ...measured.get(record) };
    return Object.fromEntries(STAGES.filter((stage) => Number.isFinite(all[stage])).map((stage) => [stage, all[stage]]));
  }

  function row(stage, last) {
    // Only drawn records have reached the screen.
    const values = (stage === "screen" ? drawn : heard).map((record) => of(record)[stage]).filter(Number.isFinite);
    return { stage, last: last[stage], p50: percentile(values, 0.5), p95: percentile(values, 0.95) };
  }

  return {
    of,
    /** Updates come from this moment on, by the server's clock; older records do not count. */
    opened(serverMs) {
      openedMs = serverMs;
    },
    /** Notes the arrival of a record. The time since its search, in Redis and on the way, is its time in the queue. */
    received(record, serverMs) {
      const searchedMs = Date.parse(record.searched_at);
      if (searchedMs >= openedMs) measured.set(record, { queue: Math.max(0, serverMs - searchedMs) });
      heard = [...heard, record].slice(-KEPT);
    },
    /** Notes that a record is on the screen, and its delay after the moment when it could have been shown. */
    painted(record, screenMs) {
      if (!measured.has(record)) return;
      measured.set(record, { ...measured.get(record), screen: screenMs });
      drawn = [...drawn, record].slice(-KEPT);
    },
    /** {rows, wholeMs, count} of the camera's records; no rows until one was drawn. */
    table() {
      const record = drawn.at(-1);
      if (!record) return { rows: [], wholeMs: null, count: 0 };
      const last = of(record);
      const whole = Object.values(last).reduce((sum, ms) => sum + ms, 0);
      const rows = STAGES.map((stage) => row(stage, last)).filter(({ p50 }) => p50 !== undefined);
      return { rows, wholeMs: whole, count: heard.length };
    },
    /** Starts over for another camera. */
    clear() {
      heard = [];
      drawn = [];
    },
  };
}
