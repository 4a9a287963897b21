// The catalogue's calls of the api, and the words for one that failed.

import { call } from "../base/api.js";
import { pause } from "../base/pause.js";
import { t } from "../base/text.js";
import { mustUpload, upload } from "../base/upload.js";

export const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
// The server stores a picture, perhaps fetches it from an address, and embeds it.
const PATIENT_MS = 90000;
// An archive may be of any size. On AWS its address is good for an hour, too.
const ARCHIVE_MS = 3600000;
const ASK_MS = 2000;
// The size that a server reads of a table unless it is set otherwise (LOOKALIKE_MAX_TABLE_MIB).
const TABLE_BYTES = 8 * 1024 * 1024;

const place = (id) => `items/${encodeURIComponent(id)}`;

export const listItems = ({ cursor, limit, text, signal }) => {
  const query = new URLSearchParams({ limit, ...(cursor && { cursor }), ...(text && { text }) });
  return call(`items?${query}`, { signal });
};

/** The body of a call: a picture's file with the words as a form, or the words and a source as JSON. */
function sent({ file = null, ...words }) {
  if (!file) return { json: words };
  const body = new FormData();
  const { metadata = {}, ...own } = words;
  for (const [name, value] of Object.entries({ ...own, ...metadata })) if (value) body.append(name, value);
  body.append("image", file, file.name || "picture");
  return { body };
}

export const getItem = (id) => call(place(id));

/** Changes an item of that `revision`; if it has another, the answer is 409, with the item as it is in `current`. */
const ifMatch = (revision) => ({ headers: { "If-Match": `"${revision}"` } });

/** Posts words with a picture, which is uploaded before if it is too large for a call. */
async function post(path, words, { onSent, ...source }, condition = {}) {
  const sending = { method: "POST", timeoutMs: PATIENT_MS, ...condition };
  if (!source.file || !(await mustUpload(source.file))) return call(path, { ...sending, ...sent({ ...words, ...source }) });
  const put = await upload("items/uploads", source.file, onSent);
  if (!put.ok) return put;
  const said = Object.fromEntries(Object.entries(words).filter(([, value]) => value));
  return call(path, { ...sending, json: { ...said, url: put.result } });
}

/**
 * Adds an item from a `source` of {file}, {url} or {thing}; replaces an item of its id only at the revision `over`.
 * `onSent` of the source gets the part of a large file that is sent, 0 to 1.
 */
export const addItem = (draft, source, { over = null } = {}) =>
  post("items", draft, source, over ? ifMatch(over) : { headers: { "If-None-Match": "*" } });

/** Adds an item of an import, or replaces that of its id, as the command line does. */
export const importItem = (draft, source) => post("items", draft, source);

/** The outcome of an uploaded archive, {items, change, refused}, once it is imported. */
async function outcome(path) {
  const untilMs = performance.now() + ARCHIVE_MS;
  let answer;
  do {
    await pause(ASK_MS);
    answer = await call(path);
  } while ([0, 202, 503].includes(answer.status) && performance.now() < untilMs);
  return answer.status === 202 ? { status: 400, ok: false, body: null, detail: t("import.archive.silent") } : answer;
}

/** Imports an archive of `lookalike items export`. */
export async function importArchive({ file, onSent }) {
  const headers = { "Content-Type": "application/zip" };
  if (!(await mustUpload(file))) return call("items/archive", { method: "POST", body: file, headers, timeoutMs: ARCHIVE_MS });
  const put = await upload("items/archive", file, onSent);
  return put.ok ? outcome(put.result) : put;
}

export const editItem = (id, words, revision) => call(place(id), { method: "PUT", json: words, ...ifMatch(revision) });
export const deleteItem = (id, revision) => call(place(id), { method: "DELETE", ...ifMatch(revision) });
export const addView = (id, source, revision = null) => post(`${place(id)}/views`, {}, source, revision ? ifMatch(revision) : {});
export const removeView = (id, n, revision) => call(`${place(id)}/views/${n}`, { method: "DELETE", timeoutMs: PATIENT_MS, ...ifMatch(revision) });
export const undo = (token) => call("items/undo", { method: "POST", json: { undo: token }, timeoutMs: PATIENT_MS });

/** Sorts files by their paths: {pictures: [{path, id, title, reason}], tables: [path], system, kinds}. */
export const sortFiles = (paths) => call("items/files", { method: "POST", json: { paths }, timeoutMs: PATIENT_MS });

/** Reads a table's bytes: {names, columns, foreign, encoding, left_out, rows}; of unknown columns only the `names`. */
export async function readTable(name, body, { encoding = "", columns = null }) {
  if (await mustUpload({ size: body.byteLength })) return tooLargeTable(name);
  const map = Object.entries(columns ?? {}).map(([field, chosen]) => `${field}=${chosen.map(quoted).join(";")}`);
  const query = new URLSearchParams({ name, encoding, map: map.join(",") });
  const answer = await call(`items/table?${query}`, { method: "POST", body, timeoutMs: PATIENT_MS });
  // A connection that the server closes while it is sent a table looks like none.
  return answer.status === 413 || (answer.status === 0 && body.byteLength > TABLE_BYTES) ? tooLargeTable(name) : answer;
}

const quoted = (column) => `"${column.replaceAll('"', '""')}"`;

/** The answer for a table that is too large to be read on the page. */
export const tooLargeTable = (name) => ({ status: 413, ok: false, body: null, detail: t("import.table.too_large", { name }) });

/** The words for a call that failed. */
export function refusal({ status, detail }) {
  if (status === 0) return t("catalogue.no_answer");
  if (status === 401) return t("catalogue.no_key");
  return detail ? t("catalogue.refused", { detail }) : t("catalogue.failed", { status });
}

/** The reason not to send a file: the server would cut the connection during the upload. */
export const tooLarge = (file) => file.size > MAX_PICTURE_BYTES - 65536;
