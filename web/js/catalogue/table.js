// The choices for a table before its import: the column of each field, and the encoding.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";

const FIELDS = ["title", "image", "id", "link"];
const NEEDED = ["title", "image"];
const ENCODINGS = ["utf-8", "utf-16", "cp949", "cp1252", "cp1250", "cp1251", "shift_jis", "gb18030", "big5"];

/** A labelled list of [label, value]; `take` gets the value that a person chooses. */
function list(label, options, value, { name, take }) {
  const select = el("select", "field-input", ...options.map(([text, each]) => Object.assign(el("option", "", text), { value: each })));
  select.value = value;
  select.dataset.field = name;
  select.addEventListener("change", () => take(select.value));
  return el("label", "field", el("span", "field-name", label), select);
}

/** The columns of a field as one value: several pictures may have been proposed. */
const valueOf = (columns) => JSON.stringify(columns);

function fieldList(table, field, take) {
  const taken = table.columns?.[field] ?? table.choice?.columns?.[field] ?? [];
  const options = [...new Set(table.names)].filter(Boolean).map((name) => [name, valueOf([name])]);
  if (taken.length > 1) options.unshift([taken.join(", "), valueOf(taken)]);
  if (!taken.length || !NEEDED.includes(field)) options.unshift([t("import.column.none"), valueOf([])]);
  return list(t(`import.column.${field}`), options, valueOf(taken), { name: `${table.path} ${field}`, take: (value) => take(JSON.parse(value)) });
}

/** `take(choice, name)` gets {encoding, columns} and the name of the changed list. */
export function tableChoices(table, take) {
  const encoding = table.choice?.encoding ?? "";
  const columns = Object.fromEntries(FIELDS.map((field) => [field, table.columns?.[field] ?? table.choice?.columns?.[field] ?? []]));
  // Several may be changed before the table is read and drawn again.
  let made = { encoding, columns: table.choice?.columns ?? null };
  const change = (changes, name) => {
    made = { ...made, ...changes };
    take(made, `${table.path} ${name}`);
  };
  const found = table.encoding && !encoding ? t("import.encoding.found", { encoding: table.encoding }) : t("import.encoding.unknown");
  const fields = table.names?.length
    ? FIELDS.map((field) => fieldList(table, field, (chosen) => change({ columns: { ...columns, ...made.columns, [field]: chosen } }, field))) : [];
  const encodings = list(t("import.encoding"), [[found, ""], ...ENCODINGS.map((each) => [each, each])], encoding, {
    name: `${table.path} encoding`, take: (chosen) => change({ encoding: chosen }, "encoding"),
  });
  const node = el("details", "plan-table", el("summary", "", t("import.table", { name: table.path })), el("div", "plan-choices", ...fields, encodings));
  // What was not plain is shown at once.
  node.open = Boolean(table.foreign || table.trouble || table.choice || !table.encoding?.startsWith("utf-"));
  return node;
}
