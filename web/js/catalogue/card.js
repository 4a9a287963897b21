// An item in the grid, and pictures that are loaded when they come into sight.

import { el } from "../base/dom.js";
import { pictureAddress } from "../base/picture.js";
import { t } from "../base/text.js";

/** The address of a picture at most `w` pixels wide and high: 160, 320 or 640. */
function small(address, w) {
  const own = address && pictureAddress(address);
  if (!own) return null;
  const url = new URL(own);
  url.searchParams.set("w", w);
  return url.href;
}

/** A picture in its frame; `alt` is empty where its title stands beside it. */
export function tile(address, { w, alt = "" }) {
  const node = el("span", "picture");
  const image = Object.assign(el("img"), { alt, loading: "lazy", decoding: "async" });
  const missing = () => {
    image.remove();
    node.classList.add("missing");
  };
  const source = small(address, w);
  if (!source) missing();
  else {
    image.addEventListener("error", missing);
    image.src = source;
    node.append(image);
  }
  return node;
}

export const titleOf = (item) => item.title || t("best.untitled");

/** Category and price, or the first two that there are. */
function facts({ metadata }) {
  const known = [metadata.category, metadata.price].filter(Boolean);
  return (known.length ? known : Object.values(metadata).slice(0, 2)).join(" · ");
}

/** One <li> with a button that holds all of it. */
export function card(item) {
  const button = el("button", "card",
    tile(item.pictures[0], { w: 320 }),
    el("span", "card-title", titleOf(item)),
    el("span", "card-facts", facts(item)));
  button.type = "button";
  const node = el("li", "card-room", button);
  node.dataset.id = item.id;
  return node;
}
