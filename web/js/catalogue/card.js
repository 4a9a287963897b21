// An item in the grid.

import { el } from "../base/dom.js";
import { lazyPicture } from "../base/picture.js";
import { t } from "../base/text.js";

export const titleOf = (item) => item.title || t("best.untitled");

/** Category and price, else the first two metadata values. */
function facts({ metadata }) {
  const known = [metadata.category, metadata.price].filter(Boolean);
  return (known.length ? known : Object.values(metadata).slice(0, 2)).join(" · ");
}

/** A <li> whose button holds the whole card. */
export function card(item) {
  const button = el("button", "card",
    lazyPicture(item.pictures[0], { width: 320 }),
    el("span", "card-title", titleOf(item)),
    el("span", "card-facts", facts(item)));
  button.type = "button";
  const node = el("li", "card-room", button);
  node.dataset.id = item.id;
  return node;
}
