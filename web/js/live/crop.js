// The part of a camera's picture that was looked at, cut out of the picture that the page shows.

import { el } from "../base/dom.js";
import { isBox } from "./viewfinder.js";

const AROUND = 0.06; // of the box, on each side: a finder cuts close
const QUALITY = 0.75;
const KEPT_PX = 320;

const sizeOf = (node) => (node?.videoWidth === undefined ? [node?.naturalWidth ?? 0, node?.naturalHeight ?? 0] : [node.videoWidth, node.videoHeight]);

/** [x, y, width, height] in pixels of the box with a little around it; without a box the whole picture. */
function partOf(box, width, height) {
  if (!isBox(box)) return [0, 0, width, height];
  const [x, y, w, h] = box;
  const left = Math.max(0, (x - w * AROUND) * width);
  const top = Math.max(0, (y - h * AROUND) * height);
  const right = Math.min(width, (x + w * (1 + AROUND)) * width);
  const bottom = Math.min(height, (y + h * (1 + AROUND)) * height);
  return [left, top, Math.max(1, right - left), Math.max(1, bottom - top)];
}

/** Draws that part of a picture or video onto a canvas, at most `most` pixels a side; false without a picture. */
export function drawCrop(canvas, node, box, most) {
  const [width, height] = sizeOf(node);
  if (!width || !height) return false;
  const part = partOf(box, width, height);
  const scale = Math.min(1, most / Math.max(part[2], part[3]));
  canvas.width = Math.max(1, Math.round(part[2] * scale));
  canvas.height = Math.max(1, Math.round(part[3] * scale));
  canvas.getContext("2d").drawImage(node, ...part, 0, 0, canvas.width, canvas.height);
  return true;
}

/** That part as a small JPEG in a data address, or null without a picture. */
export function keptCrop(node, box) {
  const canvas = el("canvas");
  return drawCrop(canvas, node, box, KEPT_PX) ? canvas.toDataURL("image/jpeg", QUALITY) : null;
}
