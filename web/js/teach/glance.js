// What was on screen when a hand moved: a person needs this long to press, and a live match may change meanwhile. Pure.

import { isSame } from "./judged_scene.js";

const HAND_MS = 700;
const KEPT = 3;

/** `now()` gives milliseconds. */
export function createGlance(now = () => performance.now()) {
  let seen = []; // {record, picture, atMs}: what is shown since then, newest last

  return {
    /** Takes the record that is drawn now, null for none; `keep()` gives the camera's picture to keep with it. */
    take(record, keep) {
      const last = seen.at(-1);
      if (last && last.record === record) return;
      const picture = record && keep();
      if (last && isSame(last.record, record)) Object.assign(last, { record, picture });
      else seen = [...seen.slice(-KEPT), { record, picture, atMs: now() }];
    },
    /** {record, picture} that a press of now is about; with `still` the newest, as it has not moved. Null for none. */
    meant({ still = false } = {}) {
      const newest = seen.at(-1);
      const before = seen.filter(({ atMs }) => now() - atMs >= HAND_MS).at(-1) ?? newest;
      const meant = still || !before?.record ? newest : before; // a press cannot mean what was not there
      return meant?.record ? meant : null;
    },
  };
}
