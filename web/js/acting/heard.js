// Says when a match is worth a tone: once a showing. Pure, so that it can be checked alone.

const GONE_MS = 2000; // an item that was away for less is still being shown
const UNSEEN_MS = 15000; // the same where nothing live was on screen, such as on a paused page

/** `take({ key, verdict, atMs })` is called with what is live on screen (key null: nothing); gives a verdict to sound, or null. */
export function createHeard() {
  const gone = new Map(); // key of what was shown → when it was first seen to be away, null while it is on screen

  /** Forgets what is away for long; by what was seen, as a busy browser may not look for a while. */
  function note(key, atMs) {
    for (const [each, sinceMs] of gone) {
      if (each === key) continue;
      if (sinceMs === null) gone.set(each, atMs);
      else if (atMs - sinceMs > (key === null ? UNSEEN_MS : GONE_MS)) gone.delete(each);
    }
  }

  return {
    take({ key, verdict, atMs }) {
      note(key, atMs);
      if (key === null || verdict === "no_match") return null;
      const isNew = !gone.has(key);
      gone.set(key, null);
      return isNew ? verdict : null;
    },
  };
}
