// A summary of the chosen files, and the button that starts the import.

import { el } from "../base/dom.js";
import { setRich, t, tCount } from "../base/text.js";
import { refusedRows } from "./refused.js";
import { tableChoices } from "./table.js";

const LARGE = 500; // number of items from which the command line is recommended, because it is faster

const line = (text, kind = "") => el("li", kind, text);

/** The number of rows that are refused for a reason other than a missing picture. */
const other = (plan) => plan.refused.length - plan.missing;

/** Sentences on the files that are passed over. */
export function passedOver({ kinds, system }) {
  const list = Object.entries(kinds).map(([kind, n]) => (kind.startsWith(".") ? `${n} ${kind}` : t("import.no_suffix", { n }))).join(", ");
  return [list ? t("import.passed", { list }) : "", system ? tCount("import.system", system) : ""].filter(Boolean);
}

/** The lines of the summary, one for each fact to know before the start. */
function lines(plan) {
  const wrong = other(plan);
  const isTable = plan.tables.length > 0;
  return [
    plan.trouble ? line(plan.trouble, "plan-bad") : null,
    plan.archives ? line(tCount("import.archives", plan.archives)) : null,
    plan.rows && isTable ? line(tCount("import.rows", plan.rows)) : null,
    plan.rows && !isTable ? line(tCount("import.pictures.alone", plan.rows)) : null,
    isTable && plan.pictures ? line(tCount("import.pictures", plan.pictures)) : null,
    plan.missing ? line(tCount(plan.pictures ? "import.missing" : "import.missing.all", plan.missing), "plan-bad") : null,
    wrong ? line(tCount("import.wrong", wrong), "plan-bad") : null,
    plan.spare ? line(tCount("import.spare", plan.spare)) : null,
    plan.jobs.length && !plan.archives ? line(t("import.replaces")) : null,
    ...plan.tables.filter(({ trouble }) => trouble).map(({ path, names, trouble }) => line(names ? t("import.map.choose", { name: path }) : trouble, "plan-bad")),
    ...plan.tables.flatMap(leftOut).map((text) => line(text)),
    ...passedOver(plan).map((text) => line(text)),
  ];
}

function leftOut({ path, left_out: columns = {} }) {
  const list = Object.entries(columns).map(([column, n]) => `${column} (${n})`).join(", ");
  return list ? [t("import.left_out", { name: path, list })] : [];
}

/** `onChoose(path, choice, field)` is called with a person's choice for a table. */
export function found(plan, { onBegin, onClear, onChoose }) {
  const count = plan.jobs.length;
  const label = plan.archives ? t("import.begin.archive") : tCount("import.begin", count);
  const begin = Object.assign(el("button", "button button-main", label), { type: "button", disabled: count === 0 });
  begin.addEventListener("click", onBegin);
  const clear = Object.assign(el("button", "button", t("import.clear")), { type: "button" });
  clear.addEventListener("click", onClear);
  const large = el("p", "form-words");
  if (count > LARGE) setRich(large, t("import.large"));
  const heading = el("h3", "heading", t("import.found"));
  heading.tabIndex = -1;
  return el("section", "plan", heading, el("ul", "plan-lines", ...lines(plan).filter(Boolean)),
    ...plan.tables.map((table) => tableChoices(table, (choice, field) => onChoose(table.path, choice, field))),
    // Rows that only wait for their pictures are not listed.
    plan.pictures || other(plan) ? refusedRows(plan.refused) : null, count > LARGE ? large : null, el("div", "form-end", clear, begin));
}
