// The choices for a table before its import: the columns of each field with what its first rows hold, and the encoding.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";

const ONE = ["title", "id", "link", "price", "currency", "category"];
const FIELDS = ["title", "image", "id", "link", "price", "currency", "category"];
const NEEDED = ["title", "image"];
const ENCODINGS = ["utf-8", "utf-16", "cp949", "cp1252", "cp1250", "cp1251", "shift_jis", "gb18030", "big5"];
const ROWS = 3;

/** A list of [label, value] with a name for a reader; `take` gets the value that a person chooses. */
function list(label, options, value, { name, take }) {
  const select = el("select", "field-input", ...options.map(([text, each]) => Object.assign(el("option", "", text), { value: each })));
  select.value = value;
  select.dataset.field = name;
  select.setAttribute("aria-label", label);
  select.addEventListener("change", () => take(select.value));
  return select;
}

const plain = (name) => name.normalize("NFC").trim().toLowerCase();

/** The first rows as functions from a column to its value; rows that can be imported show more. */
function samplesOf({ rows = [], samples = [] }) {
  const good = rows.filter(({ reason }) => !reason);
  const fields = rows.length ? (good.length ? good : rows).map((row) => row.fields) : samples;
  return fields.slice(0, ROWS).map((row) => (name) => row[plain(name)] ?? row[name] ?? "");
}

/** A value as a cell: two lines of it, and all of it to a pointer that rests there. */
function cell(texts) {
  const text = texts.filter(Boolean).join(" · ");
  return Object.assign(el("td", text ? "map-value" : "map-value map-none", el("span", "", text || "–")), { title: text });
}

/** The lists of a field: one, or one for each column of pictures and one more. */
function fieldLists(table, field, taken, take) {
  const names = [...new Set(table.names)].filter(Boolean);
  const label = t(`import.column.${field}`);
  const places = ONE.includes(field) ? [0] : [...taken.keys(), taken.length];
  return places.map((n) => {
    const mine = taken[n] ?? "";
    const none = mine && NEEDED.includes(field) && taken.length < 2 ? [] : [[n && !mine ? t("import.column.more") : t("import.column.none"), ""]];
    const named = n ? `${label} ${n + 1}` : label;
    return list(named, [...none, ...names.map((name) => [name, name])], mine, {
      name: `${table.path} ${field} ${n}`,
      take: (value) => take(Object.assign([...taken], { [n]: value }).filter(Boolean), `${field} ${n}`),
    });
  });
}

/** The fields as rows of a table: name, lists, and the values of the first rows. */
function fieldRows(table, columns, take) {
  const samples = samplesOf(table);
  const head = el("tr", "", ...[t("import.map.field"), t("import.map.column")].map((text) => Object.assign(el("th", "", text), { scope: "col" })),
    ...samples.map((_, n) => Object.assign(el("th", "", t("import.map.row", { n: n + 1 })), { scope: "col" })));
  const rows = FIELDS.map((field) => {
    const taken = columns[field] ?? [];
    const name = Object.assign(el("th", "field-name", t(`import.column.${field}`)), { scope: "row" });
    const lists = el("td", "map-lists", ...fieldLists(table, field, taken, (chosen, list) => take({ ...columns, [field]: chosen }, list)));
    return el("tr", NEEDED.includes(field) && !taken.length ? "map-wanting" : "", name, lists, ...samples.map((value) => cell(taken.map(value))));
  });
  return el("table", "map-table", el("thead", "", head), el("tbody", "", ...rows));
}

/** Boxes to tick for the other columns: whether they become details of the items. */
function detailBoxes(table, columns, take) {
  const used = new Set(FIELDS.flatMap((field) => columns[field] ?? []));
  const [first = () => ""] = samplesOf(table);
  const boxes = [...new Set(table.names)].filter((name) => name && !used.has(name)).map((name) => {
    const box = Object.assign(el("input"), { type: "checkbox", checked: !columns.skip?.includes(name) });
    box.dataset.field = `${table.path} skip ${name}`;
    box.addEventListener("change", () => {
      const skip = (columns.skip ?? []).filter((each) => each !== name);
      take({ ...columns, skip: box.checked ? skip : [...skip, name] }, `skip ${name}`);
    });
    return el("label", "field-check map-check", box, el("span", "", name, " ", el("span", "map-example", first(name))));
  });
  return boxes.length ? el("fieldset", "map-details", el("legend", "field-name", t("import.map.details")), el("div", "map-boxes", ...boxes)) : null;
}

/** A sentence on where the choice of columns comes from. */
function origin({ trouble, remembered, system, foreign }) {
  if (trouble) return t("import.map.needed");
  if (remembered) return t("import.map.remembered");
  if (system) return t("import.map.system", { system });
  return foreign ? t("import.map.guessed") : t("import.map.own");
}

/** `take(choice, name)` gets {encoding, columns} and the name of the changed list; columns of null are guessed. */
export function tableChoices(table, take) {
  const encoding = table.choice?.encoding ?? "";
  // Several may be changed before the table is read and drawn again.
  let made = { encoding, columns: table.choice?.columns ?? null };
  let columns = table.columns ?? {};
  const change = (changes, name) => {
    made = { ...made, ...changes };
    columns = made.columns ?? columns;
    take(made, `${table.path} ${name}`);
  };
  const found = table.encoding && !encoding ? t("import.encoding.found", { encoding: table.encoding }) : t("import.encoding.unknown");
  const encodings = el("label", "field", el("span", "field-name", t("import.encoding")), list(t("import.encoding"), [[found, ""], ...ENCODINGS.map((each) => [each, each])], encoding, {
    name: `${table.path} encoding`, take: (chosen) => change({ encoding: chosen }, "encoding"),
  }));
  // A list that was drawn with earlier columns changes its own field alone.
  const merged = (mine, before) => Object.fromEntries(Object.entries(mine).map(([field, chosen]) => [field, chosen === before[field] ? columns[field] ?? [] : chosen]));
  const drawn = columns;
  const takeColumns = (mine, name) => change({ columns: merged(mine, drawn) }, name);
  const back = table.choice?.columns ? press("button button-quiet map-back", t("import.map.guess"), () => change({ columns: null }, "guess")) : null;
  const map = table.names?.length ? [el("p", "form-words", origin(table)), fieldRows(table, columns, takeColumns), detailBoxes(table, columns, takeColumns)] : [];
  const node = el("details", "plan-table", el("summary", "", t("import.table", { name: table.path })), el("div", "map", ...map.filter(Boolean), el("div", "map-end", encodings, back)));
  // What was not plain is shown at once.
  node.open = Boolean(table.foreign || table.trouble || table.choice || !table.encoding?.startsWith("utf-"));
  return node;
}
