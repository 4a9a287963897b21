// Holds a match on screen for a moment before the next replaces it; the newest waiting one wins.

const MATCH_MS = 1000;
const GUESS_MS = 3000; // the nearest guesses of an empty desk change all the time, and none matters
const REFRESH_MS = 1000; // scores and runners-up of an unchanged best match

/** The best match, or all of its equals: they change places from frame to frame, and are one thing to the eye. */
export const bestId = ({ equals, matches }) => (equals ? [...equals].sort().join("/") : matches[0]?.id);

export const bestKey = (record) => `${record.verdict} ${bestId(record)}`;

/** Whether two records say the same of a camera's scene; all "no match" do, whatever their nearest guess. */
export const saysSame = (one, other) =>
  one.verdict === other.verdict && (one.verdict === "no_match" || bestId(one) === bestId(other));

/** Milliseconds that `shown`, on screen since shownAt and last drawn at drawnAt, stays before `next`. */
function waitMs(shown, next, { shownAt, drawnAt, at }) {
  if (!shown) return -Infinity;
  if (bestKey(shown) === bestKey(next)) return drawnAt + REFRESH_MS - at;
  const guesses = shown.verdict === "no_match" && next.verdict === "no_match";
  return shownAt + (guesses ? GUESS_MS : MATCH_MS) - at;
}

/**
 * `prepare(record, dueAt)` does the slow part (loading) and gives a function that draws at once; dueAt is the earliest
 * time for showing the record: its arrival, or the end of the hold of the one before.
 */
export function createHold(prepare) {
  let shown = null;
  let shownAt = 0;
  let drawnAt = 0;
  let pending = null; // {record, offeredAt}
  let preparing = false;
  let halted = false;
  let round = 0; // a new round voids the drawings of earlier ones
  let timer = 0;

  async function advance() {
    clearTimeout(timer);
    if (!pending || preparing || halted) return;
    const at = performance.now();
    const wait = waitMs(shown, pending.record, { shownAt, drawnAt, at });
    if (wait > 0) {
      timer = setTimeout(advance, wait);
      return;
    }
    const { record, offeredAt } = pending;
    const mine = round;
    pending = null;
    preparing = true;
    const draw = await prepare(record, Math.max(offeredAt, at + wait)).finally(() => { preparing = false; });
    if (mine === round) {
      drawnAt = performance.now();
      if (!shown || bestKey(shown) !== bestKey(record)) shownAt = drawnAt;
      shown = record;
      draw();
    }
    advance();
  }

  /** Drops the shown and the waiting record. */
  function reset() {
    round += 1;
    shown = pending = null;
  }

  return {
    /** True while a drawing is being prepared, after which the page is up to date. */
    offer(record) {
      pending = { record, offeredAt: performance.now() };
      advance();
      return preparing;
    },
    /** Starts over for another camera, whose first record is drawn without a wait. */
    reset,
    /** Stops drawing until `go`; records that came meanwhile are not drawn later. */
    halt() {
      round += 1;
      pending = null;
      halted = true;
    },
    go() {
      halted = false;
    },
  };
}
