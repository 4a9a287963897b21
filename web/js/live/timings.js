// How long frames take by stage: the last one that was drawn, and how all of late were spread. No page in here.

export const STAGES = ["capture", "embed", "transport", "search", "queue", "screen"];
const KEPT = 100;

/** The value below which `share` of them lie, by nearest rank. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export function createTimings() {
  const measured = new WeakMap(); // record → {queue, screen}, which the record itself cannot know
  let heard = []; // records, newest last
  let drawn = [];
  let openedMs = Infinity;

  /** Of one record; a stage that nobody has measured is left out. */
  function of(record) {
    const all = { ...record.timings_ms, ...measured.get(record) };
    return Object.fromEntries(STAGES.filter((stage) => Number.isFinite(all[stage])).map((stage) => [stage, all[stage]]));
  }

  function row(stage, last) {
    // The screen has seen only what was drawn.
    const values = (stage === "screen" ? drawn : heard).map((record) => of(record)[stage]).filter(Number.isFinite);
    return { stage, last: last[stage], p50: percentile(values, 0.5), p95: percentile(values, 0.95) };
  }

  return {
    of,
    /** News comes from this moment on, by the server's clock: records that are older were not waited for. */
    opened(serverMs) {
      openedMs = serverMs;
    },
    /** A record came. What it waited since its search, in Redis and on the way, is its time in the queue. */
    received(record, serverMs) {
      const searchedMs = Date.parse(record.searched_at);
      if (searchedMs >= openedMs) measured.set(record, { queue: Math.max(0, serverMs - searchedMs) });
      heard = [...heard, record].slice(-KEPT);
    },
    /** It is on the screen, so long after it might have been shown. */
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
    /** For another camera. */
    clear() {
      heard = [];
      drawn = [];
    },
  };
}
