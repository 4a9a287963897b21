// Calm: a match stays for a moment before another replaces it, and the newest that waits wins.

const MATCH_MS = 1000;
const GUESS_MS = 3000; // an empty desk has ever changing nearest guesses, none of which matters
const REFRESH_MS = 1000; // scores and runners-up of an unchanged best match

export const bestKey = (record) => `${record.verdict} ${record.matches[0]?.id}`;

/** How long `shown`, on screen since shownAt and last drawn at drawnAt, stays before `next`. */
function waitMs(shown, next, { shownAt, drawnAt, at }) {
  if (!shown) return 0;
  if (bestKey(shown) === bestKey(next)) return drawnAt + REFRESH_MS - at;
  const guesses = shown.verdict === "no_match" && next.verdict === "no_match";
  return shownAt + (guesses ? GUESS_MS : MATCH_MS) - at;
}

/** `prepare(record)` does what takes time (decoding) and gives a function that draws at once. */
export function createHold(prepare) {
  let shown = null;
  let shownAt = 0;
  let drawnAt = 0;
  let pending = null;
  let preparing = false;
  let round = 0; // a new one makes drawings of the earlier ones void
  let timer = 0;

  async function advance() {
    clearTimeout(timer);
    if (!pending || preparing) return;
    const wait = waitMs(shown, pending, { shownAt, drawnAt, at: performance.now() });
    if (wait > 0) {
      timer = setTimeout(advance, wait);
      return;
    }
    const record = pending;
    const mine = round;
    pending = null;
    preparing = true;
    const draw = await prepare(record).finally(() => { preparing = false; });
    if (mine === round) {
      drawnAt = performance.now();
      if (!shown || bestKey(shown) !== bestKey(record)) shownAt = drawnAt;
      shown = record;
      draw();
    }
    advance();
  }

  return {
    offer(record) {
      pending = record;
      advance();
    },
    /** For another camera: what it shows has nothing to wait for. */
    reset() {
      round += 1;
      shown = pending = null;
    },
  };
}
