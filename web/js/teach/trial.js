// The trial of an item before it is saved: would it answer where it should not?

import { el, press } from "../base/dom.js";
import { pause } from "../base/pause.js";
import { picture } from "../base/picture.js";
import { t, tCount } from "../base/text.js";
import { titleOf } from "../live/match.js";
import { tryOut } from "./calls.js";

const REST_MS = 600; // a box that is being dragged is tried when it rests

/** The words of an answer without a warning. */
function goodWords({ ok, body }, thing) {
  if (!ok) return t("trial.failed", { thing });
  return t(body.frames ? "trial.good" : "trial.none", { thing });
}

/**
 * {node, check, settled, warning}: `check(moments)` tries them once they rest. `itemId` is the item that the moments are
 * added to, if it exists. `onSame(other)` offers to make it the other item's pictures.
 */
export function createTrial({ thing, itemId = null, onChange = () => {}, onSame = null }) {
  const node = el("section", "trial");
  node.setAttribute("role", "status");
  let ending = null;
  let running = Promise.resolve();
  let warning = null; // the answer that warns

  function warningNodes({ warning: kind, other, would_name_empty: n, empty_frames: m }) {
    const title = kind === "another_item" ? titleOf(other) : "";
    const words = kind === "another_item" ? t("trial.another_item", { title }) : tCount("trial.empty_desk", m, { wrong: n });
    const same = kind === "another_item" && onSame ? press("button", t("trial.same", { title }), () => onSame(other)) : null;
    return [
      kind === "another_item" ? picture(`items/${encodeURIComponent(other.id)}/image`, { width: 160 }).node : null,
      el("div", "trial-words", el("p", "trial-what", words), el("p", "", t("trial.do")), same),
    ].filter(Boolean);
  }

  function tell(answer) {
    const warns = answer.ok && answer.body.warning !== null;
    warning = warns ? answer.body : null;
    node.dataset.warns = String(warns);
    node.replaceChildren(...(warns ? warningNodes(warning) : [el("p", "", goodWords(answer, thing))]));
    onChange();
  }

  async function run(moments, signal) {
    await pause(REST_MS);
    if (signal.aborted) return;
    const answer = await tryOut({ thing, item: itemId }, moments, signal);
    if (signal.aborted) return;
    node.removeAttribute("aria-busy");
    tell(answer);
  }

  function stop() {
    ending?.abort();
    node.removeAttribute("aria-busy");
  }

  return {
    node,
    stop,
    check(moments) {
      stop();
      if (!moments.length) {
        warning = null;
        node.dataset.warns = "false";
        return node.replaceChildren();
      }
      ending = new AbortController();
      node.setAttribute("aria-busy", "true"); // with the last words until there are others
      if (!node.hasChildNodes()) node.replaceChildren(el("p", "", t("trial.busy", { thing })));
      running = run(moments, ending.signal);
      return undefined;
    },
    /** Waits until what was last changed has been tried. */
    async settled() {
      for (let last = null; last !== running;) await (last = running);
    },
    get warning() { return warning; },
  };
}
