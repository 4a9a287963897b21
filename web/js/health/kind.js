// All problems of one kind: what they are, what to do about them, and the first of them.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { getMore, SHOWN, whyNot } from "./calls.js";
import { problemNode } from "./problem.js";

export function kindNode(kind, { problems, count, onOpen }) {
  const heading = el("h3", "", t(`health.${kind}`), " ", el("span", "kind-count", count.toLocaleString(document.documentElement.lang)));
  heading.id = `health-${kind}`;
  const list = el("ol", "problems", ...problems.map((problem) => problemNode(problem, { onOpen })));
  const more = press("button", t("catalogue.more"), async () => {
    more.disabled = true;
    const answer = await getMore(kind, shown);
    more.disabled = false;
    if (!answer.ok) return toast(whyNot(answer));
    const nodes = answer.body.problems.map((problem) => problemNode(problem, { onOpen }));
    shown += SHOWN;
    list.append(...nodes);
    nodes[0]?.querySelector("button")?.focus();
    more.hidden = shown >= count;
  });
  let shown = SHOWN;
  more.hidden = shown >= count;
  const node = el("section", "kind", heading, el("p", "kind-advice", t(`health.${kind}.advice`)), list, more);
  node.setAttribute("aria-labelledby", heading.id);
  node.dataset.kind = kind;
  return node;
}
