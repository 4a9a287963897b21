// The camera's picture as the page has it: a small one to keep, or a moving one for a dialog.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";

const WIDTH_PX = 200;
const QUALITY = 0.7;
const MIRROR_MS = 80;

const sizeOf = (node) => (node.videoWidth === undefined ? [node.naturalWidth, node.naturalHeight] : [node.videoWidth, node.videoHeight]);

/** Draws a picture or a video onto a canvas, at most `most` pixels wide; false while there is no picture. */
function draw(node, canvas, most) {
  const [width, height] = node ? sizeOf(node) : [0, 0];
  if (!width || !height) return false;
  const scale = Math.min(1, most / width);
  const size = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  canvas.getContext("2d").drawImage(node, 0, 0, ...size);
  return true;
}

/** A small JPEG as a data address, or null if the page has no picture of the camera. */
export function keepThumbnail() {
  const canvas = el("canvas");
  return draw(live.picture(), canvas, WIDTH_PX) ? canvas.toDataURL("image/jpeg", QUALITY) : null;
}

/** {node, stop}: a copy of what the camera sees now, until stopped. */
export function createMirror() {
  const canvas = el("canvas", "mirror-picture");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", t("viewfinder.nowhere"));
  const node = el("div", "mirror", canvas, el("p", "mirror-none", t("teach.unseen")));
  const copy = () => { node.dataset.picture = draw(live.newest(), canvas, 640) ? "shown" : "none"; };
  copy();
  const timer = setInterval(copy, MIRROR_MS);
  return { node, stop: () => clearInterval(timer) };
}
