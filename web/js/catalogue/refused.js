// The refused rows of an import with their reasons, to read, and to download as CSV, correct and import.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { writeCsv } from "./csv.js";
import { saveCsv } from "./sample.js";

const SHOWN = 50;

export const reason = ({ why }) => (typeof why === "string" ? why : t(why.key, why.values));

// What these columns hold is never read; docs/importing.md names them.
const [PLACE, REASON] = ["refused row", "refused reason"];
const plain = (name) => name.normalize("NFC").trim().toLowerCase();

/** The lines of a row, those that only add pictures to it below, and behind them what no column holds. */
function linesOf(row, names) {
  const all = [row.fields, ...row.further ?? []];
  return all.map((fields, n) => [
    ...names.map((name) => fields[name] ?? fields[plain(name)] ?? ""), row.where, reason(row), ...(n === 0 ? row.surplus ?? [] : []),
  ]);
}

/** The rows with all columns of their tables as they were, so that the file can be corrected and imported. */
export function refusedCsv(rows) {
  const written = new Map(rows.flatMap(({ names = [] }) => names).reverse().map((name) => [plain(name), name]));
  const known = [...new Set(rows.flatMap(({ names, fields }) => names ?? Object.keys(fields)).map(plain))];
  const names = known.map((name) => written.get(name) ?? name);
  return writeCsv([[...names, PLACE, REASON], ...rows.flatMap((row) => linesOf(row, names))]);
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
  save.addEventListener("click", () => saveCsv("refused.csv", refusedCsv(rows)));
  return el("div", "refused", ...longList(rows.map((row) => [row.where, reason(row)]), t("import.refused.label")),
    el("div", "refused-save", save, el("p", "form-words", t("import.refused.again"))));
}
