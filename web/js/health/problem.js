// One problem of the catalogue: its items side by side, each of which opens, and what was found.

import { el, press } from "../base/dom.js";
import { lazyPicture } from "../base/picture.js";
import { percent, t, tCount } from "../base/text.js";

function valueOf({ kind, value, picture, items }) {
  switch (kind) {
    case "same_picture": return tCount("health.same_picture.found", items.length);
    case "too_near": return t("health.too_near.found", { share: percent(value) });
    case "confused": return tCount("health.confused.found", value);
    case "often_corrected": return tCount("health.often_corrected.found", value);
    case "blurred": return t("health.blurred.found", { n: picture + 1 });
    case "tiny": return t("health.tiny.found", { n: picture + 1, px: Math.round(value) });
    default: return "";
  }
}

function itemOf({ id, title, url }, onOpen) {
  const button = press("problem-item", "", () => onOpen(id));
  button.append(lazyPicture(url, { width: 160 }), el("span", "problem-title", title || id), el("span", "problem-id", id));
  return el("li", "", button);
}

/** `onOpen(id)` opens an item. */
export function problemNode(problem, { onOpen }) {
  const found = valueOf(problem);
  return el("li", "problem",
    el("ul", "problem-items", ...problem.items.map((item) => itemOf(item, onOpen))),
    found ? el("p", "problem-found", found) : null);
}
