// Tells whether a camera shows another scene by now than the frame on screen: if so, the answer is no longer about it.

import { isBox } from "./viewfinder.js";

const [ACROSS, DOWN] = [32, 18];
const LATER_MS = 700; // the answer about a newer frame may be on its way for this time
const LEVELS = 40; // of 255, in any colour: more than noise, exposure and an item that is turned a little
const SHARE = 0.3; // of the cells where the model looked: on the sample clip 95 % of other scenes differ by more
const DISAGREE_MS = 400; // one blurred frame is no other scene

const cells = new WeakMap(); // image → its colours in a coarse grid
const canvas = Object.assign(document.createElement("canvas"), { width: ACROSS, height: DOWN });

function cellsOf(image) {
  if (!cells.has(image)) {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, ACROSS, DOWN);
    cells.set(image, context.getImageData(0, 0, ACROSS, DOWN).data);
  }
  return cells.get(image);
}

const isIn = ([x, y, w, h], column, row) => {
  const [across, down] = [(column + 0.5) / ACROSS, (row + 0.5) / DOWN];
  return across >= x && across <= x + w && down >= y && down <= y + h;
};

/** The share of cells in a box, of two pictures, whose colours differ. */
export function differing(one, other, box) {
  const [a, b] = [cellsOf(one), cellsOf(other)];
  const place = isBox(box) ? box : [0, 0, 1, 1];
  let [all, differ] = [0, 0];
  for (let i = 0; i < ACROSS * DOWN; i += 1) {
    if (!isIn(place, i % ACROSS, Math.floor(i / ACROSS))) continue;
    all += 1;
    differ += [0, 1, 2].some((channel) => Math.abs(a[4 * i + channel] - b[4 * i + channel]) > LEVELS);
  }
  return all ? differ / all : 0;
}

/**
 * Keeps whether the scene has changed since the record on screen. It has when the camera's newest picture is later
 * than the record's frame by LATER_MS and differs from it in SHARE of what the model looked at, or when the newest
 * records have said something else for DISAGREE_MS. A record that is drawn ends it.
 */
export function createScene() {
  let looksChanged = false;
  let disagreeAt = null;

  return {
    /** Takes the camera's newest picture {image, stamp}, and the record on screen with its frame {record, image}. */
    look(newest, { record, image }) {
      const laterMs = Date.parse(newest.stamp.captured_at) - Date.parse(record.captured_at);
      looksChanged = laterMs >= LATER_MS && differing(newest.image, image, record.box) >= SHARE;
    },
    /** Takes a newer record that says the same as the one on screen, or not. */
    hear(agrees) {
      disagreeAt = agrees ? null : disagreeAt ?? performance.now();
    },
    /** The record on screen is another one. */
    drawn() {
      looksChanged = false;
      disagreeAt = null;
    },
    get changed() {
      return looksChanged || (disagreeAt !== null && performance.now() - disagreeAt >= DISAGREE_MS);
    },
  };
}
