// The line of the samples: what is there, what is being done with them, and the button for the other way.

import { el, press, setHidden, setText } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { inOurWords } from "../base/told.js";
import { followSamples } from "./samples.js";

function wordsOf({ doing, present, total, changed }) {
  if (doing === "loading") return t("samples.loading", { n: present, total });
  if (doing === "removing") return t("samples.removing", { n: present });
  if (!present) return t("samples.none");
  return present === changed ? tCount("samples.changed", changed) : tCount("samples.here", present);
}

/** `onChange(samples)` is called with each answer about them. */
export function createSamplesLine(onChange) {
  const words = el("p", "");
  const bar = el("progress", "intake-bar");
  const trouble = el("p", "first-trouble");
  trouble.setAttribute("role", "alert");
  const load = press("button", t("samples.load"), () => ask("POST"));
  const remove = press("button", t("samples.remove"), () => ask("DELETE"));
  const node = el("div", "first-samples", words, bar, load, remove, trouble);
  let samples = null;

  async function ask(method) {
    [load, remove].forEach((button) => { button.disabled = true; });
    const why = await samples.ask(method);
    [load, remove].forEach((button) => { button.disabled = false; });
    setText(trouble, why);
  }

  function take(state) {
    setHidden(node, !state?.total);
    if (state) {
      const { doing, present, total, changed } = state;
      node.dataset.doing = doing ?? "";
      setText(words, wordsOf(state));
      bar.setAttribute("aria-label", words.textContent);
      Object.assign(bar, { max: total, value: doing === "removing" ? total - present : present });
      bar.hidden = !doing;
      setHidden(load, Boolean(doing) || present === total);
      setHidden(remove, Boolean(doing) || present === changed);
      setText(trouble, state.trouble ? t("samples.failed", { detail: inOurWords(state.trouble) }) : "");
    }
    onChange(state);
  }

  return {
    node,
    begin(state) {
      if (samples) take(state);
      else samples = followSamples(state, take);
    },
  };
}
