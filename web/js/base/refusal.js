// What is said of a call that was not done: nothing answers, no key, or the server's own words.

import { t } from "./text.js";

/** Whether the same may be taken later: nothing answers, no key, too many calls at once, not ready. */
export const mayPass = ({ status }) => [0, 401, 429, 503].includes(status);

/** `known` gives, for a status, the words of those who know better what it means there. */
export function refusal({ status, detail }, known = {}) {
  if (known[status]) return known[status];
  if (status === 0) return t("refusal.silent");
  if (status === 401) return t("refusal.key");
  return detail ? t("refusal.detail", { detail }) : t("refusal.other", { status });
}
