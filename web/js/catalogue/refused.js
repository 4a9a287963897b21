// The refused rows of an import with their reasons, to read and to download as CSV.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { writeCsv } from "./csv.js";

const SHOWN = 50;

export const reason = ({ why }) => (typeof why === "string" ? why : t(why.key, why.values));

/** The rows' own columns as they were, so that the file can be corrected and imported; place and reason come last. */
export function refusedCsv(rows) {
  const names = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))];
  const lines = rows.map((row) => [...names.map((name) => row.fields[name] ?? ""), row.where, reason(row)]);
  return writeCsv([[...names, t("import.refused.row"), t("import.refused.reason")], ...lines]);
}

function download(rows) {
  const address = URL.createObjectURL(new Blob([refusedCsv(rows)], { type: "text/csv" }));
  Object.assign(el("a"), { href: address, download: "refused.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000); // the browser may still be asking where to save it
}

/** A list of the first rows, each a name with words, and how many more there are. */
export function longList(rows, label) {
  const list = el("ul", "refused-list", ...rows.slice(0, SHOWN).map(([name, words]) => el("li", "", el("span", "refused-where", name), " ", words)));
  list.tabIndex = 0; // so that it can be scrolled by keys
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", label);
  return [list, rows.length > SHOWN ? el("p", "form-words", t("import.refused.more", { n: rows.length - SHOWN })) : null];
}

export function refusedRows(rows) {
  if (!rows.length) return null;
  const save = Object.assign(el("button", "button", t("import.refused.save")), { type: "button" });
  save.addEventListener("click", () => download(rows));
  return el("div", "refused", ...longList(rows.map((row) => [row.where, reason(row)]), t("import.refused.label")), save);
}
