// Items with the same picture as others, or nearly the same: no camera can tell them apart.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { titleOf } from "./card.js";
import { longList } from "./refused.js";

const NAMED = 3;

const nameOf = (item) => (item.title === item.id ? item.id : `${titleOf(item)} (${item.id})`);

/** The first of the other items, in words. */
export const othersOf = ({ same_picture: others = [] }) => others.slice(0, NAMED).map(nameOf).join(", ");

/** `items` are answers of the api; null if there is none. */
export function sameRows(items) {
  if (!items.length) return null;
  const label = t("import.same.label");
  const rows = items.map((item) => [nameOf(item), t("import.same.row", { others: othersOf(item) })]);
  return el("div", "refused", el("p", "form-words", label), ...longList(rows, label));
}
