// Words for a showing: what it was taken for, how long it lasted, what people said of it.

import { clockTime, dateTime, t } from "../base/text.js";

/** What the camera showed: the item's title, or the verdict. */
export const shownWords = ({ verdict, item }) => (item ? item.title || t("best.untitled") : t(`verdict.${verdict}`));

/** The time of day, with the date unless it is today. */
export function whenWords(time, now = new Date()) {
  return new Date(time).toDateString() === now.toDateString() ? clockTime(time) : dateTime(time);
}

export function lengthWords({ began_at: began, seen_at: seen, ended_at: ended }) {
  if (!ended) return t("history.lasts");
  const seconds = Math.max(1, Math.round((new Date(seen) - new Date(began)) / 1000));
  return seconds < 60 ? t("history.s", { n: seconds }) : t("history.min", { n: Math.round(seconds / 60) });
}

/** What people said: a review's outcome, else feedback; empty if nobody said anything. */
export function saidWords({ review, feedback, reviewed_item: item }, titleOf = (id) => id) {
  if (review === "item" || review === "new_item") return t(`history.review.${review}`, { title: titleOf(item) });
  if (review) return t(`history.review.${review}`);
  return feedback ? t(`history.feedback.${feedback}`) : "";
}

/** The runners-up that had a chance, in one line. */
export const othersWords = ({ runners_up: others }, chance) =>
  others.filter(({ score }) => score >= 0.01).slice(0, 3).map(({ title, score }) => `${title || t("best.untitled")} ${chance(score)}`).join(" · ");
