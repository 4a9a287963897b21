// The webhook in Help → Diagnostics: how its deliveries ended, and its last errors. Nothing without a webhook.

import { getHealth } from "../base/api.js";
import { el } from "../base/dom.js";
import { clockTime, t, tCount } from "../base/text.js";
import { inOurWords } from "../base/told.js";

const ENDS = ["delivered", "refused", "unanswered", "expired", "replaced", "claimed"];

function errorRow({ at, thing, detail, tries, end }) {
  const became = t(`webhook.${end ?? "again"}`);
  return el("li", "", `${clockTime(at)} · ${thing} · ${inOurWords(detail)} · ${tCount("webhook.tries", tries)}, ${became}`);
}

function content({ trouble, waiting, ends, errors }) {
  const counts = [["waiting", waiting], ...ENDS.map((end) => [end, ends[end]])].filter(([, count]) => count);
  const words = counts.map(([name, count]) => `${t(`webhook.${name}`)}: ${count}`).join(" · ");
  return [
    el("h3", "heading", t("webhook.title")),
    el("p", "", words || t("webhook.none")),
    trouble ? el("p", "", t("webhook.trouble", { detail: inOurWords(trouble) })) : null,
    errors.length ? el("ul", "webhook-errors", ...errors.map(errorRow)) : null,
  ].filter(Boolean);
}

/** A node that fills itself; hidden if the server has no webhook. */
export function webhookState() {
  const node = Object.assign(el("section", "webhook"), { hidden: true });
  getHealth().then((health) => {
    if (!health?.webhook) return;
    node.replaceChildren(...content(health.webhook));
    node.hidden = false;
  });
  return node;
}
