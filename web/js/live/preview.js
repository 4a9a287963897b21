// A camera's previews, one after another while the page is visible; the api answers when there is a newer one.

import { getPreview } from "../base/api.js";
import { decoded } from "../base/decoded.js";
import { pause } from "../base/pause.js";

const CALM_MS = 1000; // interval for visitors who want no motion
const OLD_MS = 4000; // a picture that has not changed for this time is out of date
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30000; // previews may be switched off at the camera
const NOT_IMPLEMENTED = 501; // a function on AWS has no previews

/**
 * `restMs()` gives the interval between pictures. `show(image, stamp)` gets each picture and which frame it is (null where the camera does not say it), and null when
 * there are no more; `refused` is called when the api needs a key.
 */
export function createPreview({ restMs, show, refused }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let watched = null;
  let ending = new AbortController();

  async function follow(thing, signal) {
    let etag = null;
    let shownAt = -Infinity;
    let failures = 0;
    while (!signal.aborted) {
      const answer = await getPreview(thing, { etag, signal });
      const image = answer.jpeg && await decoded(answer.jpeg);
      if (signal.aborted) return;
      if (image) {
        show(image, answer.stamp);
        ({ etag } = answer);
        shownAt = performance.now();
        failures = 0;
        await pause(calm.matches ? CALM_MS : restMs());
      } else if (answer.status !== 304 || performance.now() - shownAt > OLD_MS) {
        show(null, null);
        etag = null;
        if (answer.status === 401) return refused();
        if (answer.status === NOT_IMPLEMENTED) return;
        if (answer.status !== 304) await pause(Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures++));
      }
    }
  }

  return {
    /** Follows a camera, or none; a repeated call changes nothing. */
    watch(thing) {
      if (thing === watched) return;
      watched = thing;
      ending.abort();
      ending = new AbortController();
      if (thing) follow(thing, ending.signal);
    },
    /** Tries again with a new key. */
    again() {
      const thing = watched;
      this.watch(null);
      this.watch(thing);
    },
  };
}
