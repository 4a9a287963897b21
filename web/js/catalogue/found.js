// A summary of the chosen files, and the button that starts the import.

import { el } from "../base/dom.js";
import { setRich, t, tCount } from "../base/text.js";
import { refusedRows } from "./refused.js";

const LARGE = 500; // number of items from which the command line is recommended, because it is faster

const line = (text, kind = "") => el("li", kind, text);

/** The number of rows that are refused for a reason other than a missing picture. */
const other = (plan) => plan.refused.length - plan.missing;

/** The lines of the summary, one for each fact to know before the start. */
function lines(plan) {
  const wrong = other(plan);
  return [
    plan.tables ? line(tCount("import.rows", plan.rows)) : line(tCount("import.pictures.alone", plan.rows)),
    plan.tables && plan.pictures ? line(tCount("import.pictures", plan.pictures)) : null,
    plan.missing ? line(tCount(plan.pictures ? "import.missing" : "import.missing.all", plan.missing), "plan-bad") : null,
    wrong ? line(tCount("import.wrong", wrong), "plan-bad") : null,
    plan.spare ? line(tCount("import.spare", plan.spare)) : null,
    ...plan.troubles.map(({ key, values }) => line(t(key, values), "plan-bad")),
    ...plan.notes.map(({ key, values }) => line(t(key, values))),
  ];
}

export function found(plan, { onBegin, onClear }) {
  const count = plan.jobs.length;
  const begin = Object.assign(el("button", "button button-main", tCount("import.begin", count)), { type: "button", disabled: count === 0 });
  begin.addEventListener("click", onBegin);
  const clear = Object.assign(el("button", "button", t("import.clear")), { type: "button" });
  clear.addEventListener("click", onClear);
  const large = el("p", "form-words");
  if (count > LARGE) setRich(large, t("import.large"));
  const heading = el("h3", "heading", t("import.found"));
  heading.tabIndex = -1;
  return el("section", "plan", heading, el("ul", "plan-lines", ...lines(plan).filter(Boolean)),
    // Rows that only wait for their pictures are not listed.
    plan.pictures || other(plan) ? refusedRows(plan.refused) : null, count > LARGE ? large : null, el("div", "form-end", clear, begin));
}
