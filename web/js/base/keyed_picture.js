// A picture that only those who have the key may see: fetched with it when it scrolls into view.

import { getFile } from "./api.js";
import { el } from "./dom.js";

const AHEAD = "300px"; // distance below the screen at which a picture is fetched

const waiting = new Map();
const sight = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    const path = waiting.get(target);
    if (!isIntersecting || !path) continue;
    waiting.delete(target);
    sight.unobserve(target);
    fill(target, ...path);
  }
}, { rootMargin: AHEAD });

/** Shows a picture that is fetched with the key; `missing()` is called if there is none. */
export async function fetchInto(image, path, missing) {
  const { blob } = await getFile(path, { ask: false });
  if (!blob) return missing();
  const source = URL.createObjectURL(blob);
  ["load", "error"].forEach((end) => image.addEventListener(end, () => URL.revokeObjectURL(source)));
  image.src = source;
}

function fill(node, path, alt) {
  const image = Object.assign(new Image(), { alt, decoding: "async" });
  const missing = () => { image.remove(); node.classList.add("missing"); };
  image.addEventListener("error", missing);
  image.addEventListener("load", () => node.append(image));
  fetchInto(image, path, missing);
}

/** A frame with the picture, or with a placeholder; null stands for a missing one. */
export function keyedPicture(path, { alt = "" } = {}) {
  const node = el("span", path ? "picture" : "picture missing");
  if (path) {
    waiting.set(node, [path, alt]);
    sight.observe(node);
  }
  return node;
}

/** Forgets the pictures within a node that is removed before they came into view. */
export function dropPictures(node) {
  for (const each of node.querySelectorAll(".picture")) {
    waiting.delete(each);
    sight.unobserve(each);
  }
}
