// Says when a match is worth a tone: once a showing. Pure, so that it can be checked alone.

const GONE_MS = 2000; // an item that was away for less is still being shown

/** `take({ key, verdict, atMs })` is called with what is live on screen (key null: nothing); gives a verdict to sound, or null. */
export function createHeard() {
  const seen = new Map(); // key → when it was last on screen

  return {
    take({ key, verdict, atMs }) {
      for (const [each, lastMs] of seen) if (atMs - lastMs > GONE_MS) seen.delete(each);
      if (key === null || verdict === "no_match") return null;
      const isNew = !seen.has(key);
      seen.set(key, atMs);
      return isNew ? verdict : null;
    },
  };
}
