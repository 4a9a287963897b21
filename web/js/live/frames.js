// The pictures of a camera's frames, each under its session and number, as match records name them: kept for moments,
// and fetched by number.

import { getFrame } from "../base/api.js";
import { decoded } from "../base/decoded.js";

const KEPT = 24;
const FRESH_MS = 4000; // the camera keeps a frame for a few seconds alone

const keyOf = ({ session, seq }) => (session && Number.isInteger(seq) ? `${session}/${seq}` : null);

export function createFrames() {
  let kept = new Map(); // key → image, oldest first
  let asked = new Map(); // key → the promise of an image
  let session = null; // of the camera's newest picture
  let stamped = null; // whether its pictures say which frames they are; null until one came
  let waiting = []; // who wants to know that

  function know(yes) {
    stamped = yes;
    waiting.forEach((tell) => tell());
    waiting = [];
  }

  function keep(key, image) {
    kept.delete(key);
    kept.set(key, image);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return image;
  }

  async function fetchOne(record, key) {
    const mine = kept;
    const { jpeg } = await getFrame(record.thing, record);
    const image = jpeg && await decoded(jpeg);
    asked.delete(key);
    return image && mine === kept ? keep(key, image) : image;
  }

  return {
    /** Takes a picture of the camera with its stamp, null for none. */
    take(image, stamp) {
      if (stamp) session = stamp.session;
      const key = stamp && keyOf(stamp);
      if (key) keep(key, image);
      know(stamp !== null);
    },
    /** The camera gives no pictures now. */
    none() {
      know(false);
    },
    /** Resolves once it is known whether the camera's pictures say which frames they are. */
    known: () => (stamped === null ? new Promise((tell) => { waiting.push(tell); }) : Promise.resolve()),
    /** Whether a record's own frame can be had, as far as is known. */
    has: (record) => stamped === true && keyOf(record) !== null,
    /** The frame of a record, if it is here. */
    here: (record) => kept.get(keyOf(record)) ?? null,
    /** The frame of a record, or null if the camera has it no more. `nowMs` is the server's time. */
    async of(record, nowMs) {
      const key = keyOf(record);
      if (!this.has(record)) return null;
      if (kept.has(key)) return kept.get(key);
      if (record.session !== session || nowMs - Date.parse(record.captured_at) > FRESH_MS) return null;
      if (!asked.has(key)) asked.set(key, fetchOne(record, key));
      return asked.get(key);
    },
    /** Starts over for another camera. */
    clear() {
      [kept, asked, session] = [new Map(), new Map(), null];
      know(null);
    },
  };
}
