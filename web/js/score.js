// A score as a bar and a percentage.

import { el, setText } from "./dom.js";
import { percent, t } from "./text.js";

export function createScore() {
  const fill = el("span", "score-fill");
  const number = el("span", "score-number");
  const bar = el("span", "score-bar", fill);
  bar.setAttribute("role", "meter");
  bar.setAttribute("aria-label", t("best.score"));
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", "100");
  const node = el("span", "score", bar, number);

  return {
    node,
    set(score) {
      const share = Math.min(1, Math.max(0, score || 0));
      fill.style.setProperty("--share", share);
      bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
      bar.setAttribute("aria-valuetext", percent(share));
      setText(number, percent(share));
    },
  };
}
