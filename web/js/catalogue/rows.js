// Rows of an import, read as the command line does (services/core/importing/import_rows.py): tables, and bare pictures.

import { t } from "../base/text.js";
import { readCsv } from "./csv.js";
import { digest } from "./digest.js";

const OWN = ["id", "title", "image", "url", "link"];
const PICTURE = /[^/]\.(jpg|jpeg|png|webp|gif)$/i;
const DELIMITERS = [",", ";", "\t"];

export const isTable = (path) => /\.(csv|jsonl|txt)$/i.test(path);
export const isPicture = (path) => PICTURE.test(path);
const isAddress = (source) => /^https?:\/\//.test(source);

/** A refused row: `why` is the key of a text and its values, or the server's own text. */
const bad = (where, fields, key, values = {}) => ({ where, fields, why: { key, values } });

/** A row for each picture of these paths: its path gives the id, its name the title. */
export function pictureRows(paths) {
  const taken = new Set();
  const parts = (path) => path.split("/").filter((part) => part && part !== ".");
  const byParts = (one, other) => (parts(one).join("\0") < parts(other).join("\0") ? -1 : 1);
  return paths.filter(isPicture).sort(byParts).map((path) => {
    const bare = parts(path.replace(/\.[^.]+$/, ""));
    const stem = bare.at(-1);
    let id = bare.join("-");
    if (taken.has(id)) id = `${id}-${digest(path)}`; // mug.jpg beside mug.png
    taken.add(id);
    const title = stem.replace(/[_-]/g, " ").trim() || stem;
    return { where: path, fields: { title, image: path }, draft: { id, title, link: "", metadata: {} }, path };
  });
}

/** The rows of a table as {rows}, or as {trouble} (the key of a text and its values) if it can't be read. */
export function tableRows(name, text) {
  const read = /\.jsonl$/i.test(name) ? jsonRows(name, text) : csvRows(name, text);
  return read.trouble ? read : { rows: unique(read.rows) };
}

function csvRows(name, text) {
  const lower = (record) => record.values.map((value) => value.trim().toLowerCase());
  const filled = (records) => records.filter(({ values }) => values.some((value) => value.trim()));
  const readings = DELIMITERS.map((delimiter) => filled(readCsv(text, delimiter)));
  if (!readings[0].length) return { rows: [] };
  const titled = readings.find((records) => lower(records[0]).includes("title"));
  if (titled) return { rows: titled.slice(1).map((record) => csvRow(name, lower(titled[0]), record)) };
  const [records] = readings;
  const [{ values: first }] = records;
  if (first.length > 1 && isAddress(first.at(-1).trim())) return { rows: records.map((record) => line2018(name, record)) };
  return { trouble: { key: "import.no_title", values: { name, columns: lower(records[0]).join(", ").slice(0, 100) } } };
}

const whereOf = (name, line) => t("import.line", { name, line });

function csvRow(name, names, { values, line }) {
  const fields = Object.fromEntries(names.map((each, i) => [each, values[i] ?? ""]));
  if (values.length === names.length) return row(whereOf(name, line), fields);
  return bad(whereOf(name, line), fields, "import.columns", { n: values.length, m: names.length });
}

/** A line `title, url`; an unquoted title may hold commas, an address none. */
function line2018(name, { values, line }) {
  return row(whereOf(name, line), { title: values.slice(0, -1).join(", "), url: values.at(-1) });
}

function jsonRows(name, text) {
  const rows = [];
  text.split(/\r\n|\r|\n/).forEach((each, i) => {
    if (!each.trim()) return;
    const where = whereOf(name, i + 1);
    try {
      const fields = JSON.parse(each);
      if (fields === null || typeof fields !== "object" || Array.isArray(fields)) rows.push(bad(where, {}, "import.no_object"));
      else rows.push(row(where, Object.fromEntries(Object.entries(fields).map(([word, value]) => [word, asText(value)]))));
    } catch (error) {
      rows.push(bad(where, {}, "import.no_json", { detail: error.message }));
    }
  });
  return { rows };
}

function asText(value) {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function row(where, fields) {
  const source = (fields.image || fields.url || "").trim();
  if (!source) return bad(where, fields, "import.no_source");
  const id = (fields.id ?? "").trim();
  const metadata = Object.fromEntries(Object.entries(fields).filter(([name, value]) => name && value.trim() && !OWN.includes(name)));
  // The same row imported again replaces its item instead of doubling it.
  const draft = { id: id || digest(source), title: fields.title ?? "", link: fields.link ?? "", metadata };
  return { where, fields, draft, named: Boolean(id), ...(isAddress(source) ? { url: source } : { path: source }) };
}

/** The rows, refusing each after the first of an id. */
function unique(rows) {
  const firsts = new Map();
  return rows.map((each) => {
    if (each.why) return each;
    const first = firsts.get(each.draft.id);
    if (first === undefined) firsts.set(each.draft.id, each.where);
    const key = each.named ? "import.second_id" : "import.second_picture";
    return first === undefined ? each : bad(each.where, each.fields, key, { id: each.draft.id, first });
  });
}
