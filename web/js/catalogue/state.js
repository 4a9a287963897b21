// The message in the grid's place: an empty catalogue, nothing found, no server.

import { el } from "../base/dom.js";
import { setPlace } from "../base/place.js";
import { setRich, t } from "../base/text.js";

function way(label, run, main = false) {
  const button = el("button", main ? "button button-main" : "button", label);
  button.type = "button";
  button.addEventListener("click", run);
  return button;
}

export function createStates({ onAdd, onImport, onClear, onRetry }) {
  const node = el("section", "catalogue-state");
  node.hidden = true;
  let shown = "";
  const ways = {
    empty: () => [
      way(t("catalogue.add"), onAdd, true),
      way(t("catalogue.import"), onImport),
      way(t("catalogue.teach"), () => setPlace("view", null, { push: true })),
    ],
    nothing: () => [way(t("catalogue.filter.clear"), onClear, true)],
    lost: () => [way(t("lost.retry"), onRetry, true)],
  };

  return {
    node,
    /** `kind` is empty, nothing, lost, or "" for none of them. */
    show(kind, values = {}) {
      const key = kind + JSON.stringify(values);
      if (key === shown) return;
      shown = key;
      node.hidden = kind === "";
      node.dataset.kind = kind;
      if (!kind) return;
      const words = el("p");
      setRich(words, t(`catalogue.${kind}.next`, values));
      node.replaceChildren(el("h2", "", t(`catalogue.${kind}.title`, values)), words, el("div", "catalogue-ways", ...ways[kind]()));
    },
  };
}
