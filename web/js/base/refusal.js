// Words for a call that failed: no answer, no key, or the server's own words.

import { t } from "./text.js";

/** Whether a later try may succeed: no answer, no key, too many calls at once, not ready. */
export const mayPass = ({ status }) => [0, 401, 429, 503].includes(status);

/** `known` gives a caller's own words for a status. */
export function refusal({ status, detail }, known = {}) {
  if (known[status]) return known[status];
  if (status === 0) return t("refusal.silent");
  if (status === 401) return t("refusal.key");
  return detail ? t("refusal.detail", { detail }) : t("refusal.other", { status });
}
