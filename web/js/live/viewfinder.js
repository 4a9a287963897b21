// The viewfinder: the camera's picture, or its mere outline, with the box of the record that belongs to it.

import { byId, el, setText } from "../base/dom.js";
import { percent, t } from "../base/text.js";

const GONE_MS = 600; // a box missed for a frame or two must not blink
const WORDS_MS = 1000; // words that change ten times a second cannot be read
const WHOLE = 0.95;
const WIDTH_STEP = 0.05; // a box varies a little from frame to frame

const ACROSS = ["left", "middle", "right"];
const DOWN = ["top", "middle", "bottom"];

export const isBox = (box) => Array.isArray(box) && box.length === 4 && box.every(Number.isFinite);

const third = (centre) => (centre < 0.4 ? 0 : centre > 0.6 ? 2 : 1);

/** The place of a box in words. */
export const placeOf = ([x, y, w, h]) => t(`place.${DOWN[third(y + h / 2)]}.${ACROSS[third(x + w / 2)]}`);

/** A box in words, for a screen reader and for everyone who asks what the drawing means. */
export function boxWords(box) {
  const [, , w, h] = box;
  if (w >= WHOLE && h >= WHOLE) return t("viewfinder.whole");
  return t("viewfinder.part", { place: placeOf(box), width: percent(Math.max(1, Math.round(w / WIDTH_STEP)) * WIDTH_STEP) });
}

/** Width divided by height of a picture or a video, once it is known. */
function shape(node) {
  const [width, height] = node.videoWidth === undefined ? [node.naturalWidth, node.naturalHeight] : [node.videoWidth, node.videoHeight];
  return width / height;
}

/** Puts a mark where a box of shares lies in the picture under it. */
export function putBox(mark, box) {
  ["--x", "--y", "--w", "--h"].forEach((name, i) => mark.style.setProperty(name, box[i]));
}

export function createViewfinder() {
  const [figure, frame, words] = ["viewfinder", "viewfinder-frame", "viewfinder-words"].map(byId);
  const room = frame.parentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let mark = null;
  let seenAt = -Infinity;
  let saidAt = -Infinity;
  let changed = false;

  /** A new mark fades in at its place; the old one would glide there from its last place. */
  function begin() {
    mark?.remove();
    mark = el("span", "viewfinder-box");
    frame.append(mark);
    saidAt = -Infinity;
    figure.hidden = false;
    figure.dataset.box = "shown";
  }

  return {
    /**
     * Draws a record's box, with `own` in the record's own frame. Without one it is hidden but keeps its room, so that
     * nothing jumps when a box is back.
     */
    render({ record, own = false }) {
      const at = performance.now();
      if (!isBox(record?.box)) {
        if ((own || at - seenAt > GONE_MS) && figure.dataset.box !== "none") {
          figure.dataset.box = "none";
          setText(words, t("viewfinder.nowhere"));
        }
        return;
      }
      seenAt = at;
      if (figure.dataset.box !== "shown") begin();
      const due = at - saidAt >= WORDS_MS;
      // Without motion the box would jump ten times a second: it moves once a second, or with its own frame.
      if (due || own || !calm.matches) putBox(mark, record.box);
      if (!due || changed) return;
      setText(words, boxWords(record.box));
      saidAt = at;
    },
    /** Says that the scene has changed since the frame on screen, or no longer. */
    changed(yes) {
      if (yes === changed) return;
      changed = yes;
      document.body.dataset.scene = yes ? "changed" : "same";
      saidAt = -Infinity;
      if (yes) setText(words, t("viewfinder.changed"));
    },
    /** Names the record whose own frame is on screen; null for a picture of what the camera sees now. */
    name(record) {
      figure.dataset.of = record ? "record" : "camera";
      for (const [key, value] of Object.entries({ record: record?.id, session: record?.session, seq: record?.seq, capturedAt: record?.captured_at })) {
        if (value === undefined) delete figure.dataset[key];
        else figure.dataset[key] = value;
      }
    },
    /** Puts a picture or a video of the camera behind the box, in its own shape; null takes it away. */
    behind(node) {
      if (node && node.parentElement === frame) return;
      frame.querySelector("img, video")?.remove();
      figure.dataset.picture = node ? "shown" : "none";
      if (!node) return room.style.removeProperty("--shape");
      frame.prepend(node);
      const fit = () => room.style.setProperty("--shape", shape(node) || 16 / 9);
      node.addEventListener("resize", fit); // such as of a turned phone
      fit();
      figure.hidden = false;
    },
    /** Keeps a picture's room free while it is unknown whether the camera gives any. */
    expect() {
      this.behind(null);
      figure.dataset.picture = "expected";
    },
    /** Pauses a video, or plays on from now; a picture stands still by itself. */
    still(yes) {
      const video = frame.querySelector("video");
      if (yes) video?.pause();
      else video?.play();
    },
    get hasPicture() {
      return figure.dataset.picture === "shown";
    },
    /** Starts over for another camera, whose boxes are still unknown. */
    clear() {
      figure.hidden = true;
      figure.dataset.box = "none";
      seenAt = -Infinity;
      setText(words, t("viewfinder.nowhere"));
      this.behind(null);
    },
  };
}
