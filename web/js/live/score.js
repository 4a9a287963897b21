// A score, the probability that the camera shows the item: as a bar, as a number and in words.

import { el, setText } from "../base/dom.js";
import { chance, t } from "../base/text.js";

export const sureness = (score) => t("score.sure", { n: chance(score) });

/** `say(score)` gives the text beside the bar; a screen reader gets the words in any case. */
export function createScore(say = chance) {
  const fill = el("span", "score-fill");
  const number = el("span", "score-number");
  const bar = el("span", "score-bar", fill);
  bar.setAttribute("role", "meter");
  bar.setAttribute("aria-label", t("score.label"));
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", "100");
  const node = el("span", "score", bar, number);

  return {
    node,
    set(score) {
      const share = Math.min(1, Math.max(0, score || 0));
      fill.style.setProperty("--share", share);
      bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
      bar.setAttribute("aria-valuetext", sureness(share));
      setText(number, say(share));
    },
  };
}
