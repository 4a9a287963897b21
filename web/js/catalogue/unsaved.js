// A question within a dialog, asked before typed words would be lost.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";

/** `mayClose` is for openDialog; `node` belongs into the dialog; `back` gets the focus on "keep". */
export function createUnsaved({ changed, leave, back }) {
  const keep = Object.assign(el("button", "button button-main", t("unsaved.keep")), { type: "button" });
  const drop = Object.assign(el("button", "button", t("unsaved.drop")), { type: "button" });
  const words = Object.assign(el("p", "", t("unsaved.words")), { role: "alert" });
  const node = el("div", "unsaved", words, keep, drop);
  node.hidden = true;
  let [dropped, before] = [false, null];
  keep.addEventListener("click", () => {
    node.hidden = true;
    (before?.isConnected ? before : back).focus();
  });
  drop.addEventListener("click", () => {
    dropped = true;
    leave();
  });
  return {
    node,
    mayClose() {
      if (dropped || !changed()) return true;
      if (node.hidden) before = document.activeElement;
      node.hidden = false;
      keep.focus();
      return false;
    },
  };
}
