// A question about a match with its two answers; the given one is shown pressed.

import { el, setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { group } from "../live/match.js";
import { choicesOf } from "../live/which.js";

let count = 0;

/** `keys` names the shortcuts of the answers, if there are any. */
export function createBar({ onYes, onNo, keys = {} }) {
  const question = el("p", "judge-question");
  question.id = `judge-${count += 1}`;
  const answer = (said, run) => {
    const hint = keys[said] ? el("kbd", "key-hint", keys[said]) : null;
    hint?.setAttribute("aria-hidden", "true");
    const button = el("button", "button", el("span", "", t(`judge.${said}`)), hint);
    button.type = "button";
    button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && run());
    return button;
  };
  const buttons = { yes: answer("yes", onYes), no: answer("no", onNo) };
  const node = el("div", "judge", question, ...Object.values(buttons));
  node.setAttribute("role", "group");
  node.setAttribute("aria-labelledby", question.id);
  return {
    node,
    show({ record, said, may = true }) {
      const equals = record.verdict !== "no_match" && group(record).length > 1;
      const which = choicesOf(record).length > 0;
      node.dataset.asks = which ? "which" : "whether";
      setText(question, which ? t("judge.which") : t(equals ? "judge.equals" : `judge.${record.verdict}`));
      setText(buttons.no.firstChild, t(which ? "judge.none_of" : "judge.no"));
      for (const [name, button] of Object.entries(buttons)) {
        button.setAttribute("aria-pressed", String(said === name));
        // Not `disabled`, with which the button would lose the focus.
        button.setAttribute("aria-disabled", String(!may));
      }
    },
  };
}
