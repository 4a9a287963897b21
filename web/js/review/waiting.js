// The number of showings that wait for a review, beside the view's name.

import { onHealth } from "../base/api.js";
import { t } from "../base/text.js";

const link = (view) => document.querySelector(`[data-view-link="${view}"]`);

export function tellOpen(open) {
  const words = open ? t("nav.review.open", { n: open > 999 ? "999+" : open }) : t("nav.review");
  if (link("review").textContent !== words) link("review").textContent = words;
}

export function startWaiting() {
  onHealth(({ history }) => {
    // Where no history is kept there is nothing to review.
    for (const view of ["history", "review"]) link(view).hidden = !history?.kept;
    if (history?.kept) tellOpen(history.to_review);
  });
}
