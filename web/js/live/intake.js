// The line that shows an import: the number of items, or the progress of the index.

import { byId, el, setText } from "../base/dom.js";
import { percent, t, tCount } from "../base/text.js";

function wordsOf({ loading, done, of, items }) {
  if (loading) {
    const { read, total } = loading;
    return total === null ? t("intake.loading.begins") : t("intake.loading", { share: percent(read / total), read, total });
  }
  return of ? t("intake.behind", { share: percent(done / of), n: of - done }) : tCount("intake.items", items);
}

export function createIntake() {
  const box = byId("intake");
  const words = el("p", "intake-words");
  const bar = el("progress", "intake-bar");
  const next = el("p", "intake-next", t("intake.next"));
  bar.setAttribute("aria-label", t("intake.label"));
  box.append(words, bar, next);

  return {
    render({ state: { indexing } }) {
      box.hidden = !indexing;
      if (!indexing) return;
      const { loading } = indexing;
      const { done, of } = loading ? { done: loading.read, of: loading.total } : indexing;
      if (of) Object.assign(bar, { max: of, value: done });
      else bar.removeAttribute("value"); // the number still to come is unknown
      setText(words, wordsOf(indexing));
    },
  };
}
