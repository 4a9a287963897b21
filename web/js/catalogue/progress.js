// The progress of an import, in words and as a bar, with its buttons.

import { el, setText } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { sendingWords } from "../base/upload.js";

function left(seconds) {
  if (seconds === null) return "";
  return seconds < 60 ? t("import.left.s", { n: Math.max(1, Math.round(seconds)) }) : tCount("import.left.min", Math.round(seconds / 60));
}

/** The progress in one line. */
export function progressWords({ phase, total, kept, left: todo, leftS, sent, refused, found }) {
  const done = total - todo;
  if (phase === "running") return [t("import.running", { n: done, m: total }), sent === null ? "" : sent < 1 ? sendingWords(sent) : t("upload.sent"), left(leftS)].filter(Boolean).join(" · ");
  if (phase === "done") {
    return [kept ? tCount(found ? "import.done" : "import.done.soon", kept) : t("import.done.none"), refused.length ? tCount("import.done.refused", refused.length) : ""].filter(Boolean).join(" ");
  }
  return t(`import.${phase}`, { n: done, m: total });
}

/** {node, render(state)}; `ways` are the buttons, of which each phase shows some. */
export function createProgress(ways) {
  const words = el("p", "progress-words");
  const phase = Object.assign(el("p", "unseen"), { role: "status" }); // announced at each phase, not at each item
  const bar = el("progress", "progress-bar");
  bar.setAttribute("aria-label", t("import.title"));
  const buttons = Object.entries(ways).map(([name, { label, run, phases, main }]) => {
    const button = Object.assign(el("button", main ? "button button-main" : "button", label), { type: "button" });
    button.dataset.way = name;
    button.addEventListener("click", run);
    return { button, phases };
  });
  let was = "";
  const node = el("div", "progress", words, bar, el("div", "form-end", ...buttons.map(({ button }) => button)), phase);
  return {
    node,
    render(state) {
      Object.assign(bar, { max: Math.max(1, state.total), value: state.total - state.left });
      bar.hidden = state.phase === "done";
      setText(words, progressWords(state));
      if (state.phase !== was) setText(phase, progressWords(state));
      was = state.phase;
      const held = node.contains(document.activeElement);
      buttons.forEach(({ button, phases }) => { button.hidden = !phases.includes(state.phase); });
      if (held && document.activeElement.hidden) buttons.find(({ button }) => !button.hidden)?.button.focus();
    },
  };
}
