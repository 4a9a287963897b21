// The picture of a display that has nothing to show: the mark, or one that somebody chose, kept in this browser.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";

const NAME = "lookalike.display.idle";
const MOST_PX = 1600;
const QUALITY = 0.8;

function read() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** A chosen file as a JPEG in a data address, or null if the browser cannot read it. */
async function shrunk(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MOST_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = el("canvas");
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL("image/jpeg", QUALITY);
  } catch {
    return null;
  }
}

/** {node, words, hasOwn, choose(file), remove}: `choose` gives words for what went wrong, or none. */
export function createIdle() {
  const image = Object.assign(new Image(), { className: "display-idle-picture", alt: "" });
  const words = el("h1", "display-idle-words"); // the only heading while it is shown
  const more = el("p", "display-idle-more");
  const node = el("section", "display-idle", image, words, more);

  function draw() {
    const own = read();
    image.src = own ?? "icon.svg";
    node.dataset.own = String(own !== null);
  }

  draw();
  return {
    node,
    /** Says in two lines why there is nothing to see. */
    say(text, next) {
      if (words.textContent !== text) words.textContent = text;
      if (more.textContent !== next) more.textContent = next;
    },
    get hasOwn() { return read() !== null; },
    async choose(file) {
      const address = await shrunk(file);
      if (!address) return t("ask.no_picture", { name: file.name });
      try {
        localStorage.setItem(NAME, address);
      } catch {
        return t("display.idle.full");
      }
      draw();
      return "";
    },
    remove() {
      localStorage.removeItem(NAME);
      draw();
    },
  };
}
