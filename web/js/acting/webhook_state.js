// The webhooks in Help → Diagnostics: how their deliveries ended, and their last errors. Nothing without one.

import { getHealth } from "../base/api.js";
import { el } from "../base/dom.js";
import { clockTime, t, tCount } from "../base/text.js";
import { inOurWords } from "../base/told.js";

const ENDS = ["delivered", "refused", "unanswered", "expired", "replaced", "claimed"];

function errorRow({ at, thing, detail, tries, end }) {
  const became = t(`webhook.${end ?? "again"}`);
  return el("li", "", `${clockTime(at)} · ${thing} · ${inOurWords(detail)} · ${tCount("webhook.tries", tries)}, ${became}`);
}

function content({ name, trouble, waiting, ends, errors }) {
  const counts = [["waiting", waiting], ...ENDS.map((end) => [end, ends[end]])].filter(([, count]) => count);
  const words = counts.map(([name, count]) => `${t(`webhook.${name}`)}: ${count}`).join(" · ");
  return [
    el("h3", "heading", name ? `${t("webhook.title")} ${name}` : t("webhook.title")),
    el("p", "", words || t("webhook.none")),
    trouble ? el("p", "", t("webhook.trouble", { detail: inOurWords(trouble) })) : null,
    errors.length ? el("ul", "webhook-errors", ...errors.map(errorRow)) : null,
  ].filter(Boolean);
}

/** A node that fills itself; hidden if the server has no webhook. */
export function webhookState() {
  const node = Object.assign(el("section", "webhook"), { hidden: true });
  getHealth().then((health) => {
    const webhooks = [health?.webhook, ...(health?.webhooks ?? [])].filter(Boolean);
    node.replaceChildren(...webhooks.flatMap(content));
    node.hidden = webhooks.length === 0;
  });
  return node;
}
