// The catalogue's calls of the api, and what is said of one that went wrong.

import { call } from "../base/api.js";
import { t } from "../base/text.js";

export const MAX_PICTURE_BYTES = 32 * 1024 * 1024;
// A picture is uploaded, perhaps fetched from an address, and looked at by the model.
const PATIENT_MS = 90000;

const place = (id) => `items/${encodeURIComponent(id)}`;

export const listItems = ({ cursor, limit, text, signal }) => {
  const query = new URLSearchParams({ limit, ...(cursor && { cursor }), ...(text && { text }) });
  return call(`items?${query}`, { signal });
};

/** A picture's file with the words of a form, or words with its source as JSON. */
function sent({ file = null, ...words }) {
  if (!file) return { json: words };
  const body = new FormData();
  const { metadata = {}, ...own } = words;
  for (const [name, value] of Object.entries({ ...own, ...metadata })) if (value) body.append(name, value);
  body.append("image", file, file.name || "picture");
  return { body };
}

export const getItem = (id) => call(place(id));

/** Where the item is not of the `revision` that was read, nothing changes; the answer is 409, its `current` the item as it is. */
const ifMatch = (revision) => ({ headers: { "If-Match": `"${revision}"` } });

/** `source` is {file}, {url} or {thing}. An item of the same id is replaced only if it is of the revision `over`. */
export const addItem = (draft, source, { over = null } = {}) => call("items", {
  method: "POST", ...sent({ ...draft, ...source }), timeoutMs: PATIENT_MS, ...(over ? ifMatch(over) : { headers: { "If-None-Match": "*" } }),
});
export const editItem = (id, words, revision) => call(place(id), { method: "PUT", json: words, ...ifMatch(revision) });
export const deleteItem = (id, revision) => call(place(id), { method: "DELETE", ...ifMatch(revision) });
export const addView = (id, source) => call(`${place(id)}/views`, { method: "POST", ...sent(source), timeoutMs: PATIENT_MS });
export const removeView = (id, n, revision) => call(`${place(id)}/views/${n}`, { method: "DELETE", timeoutMs: PATIENT_MS, ...ifMatch(revision) });
export const undo = (token) => call("items/undo", { method: "POST", json: { undo: token }, timeoutMs: PATIENT_MS });

/** What went wrong, in words. */
export function refusal({ status, detail }) {
  if (status === 0) return t("catalogue.no_answer");
  if (status === 401) return t("catalogue.no_key");
  return detail ? t("catalogue.refused", { detail }) : t("catalogue.failed", { status });
}

/** Why a file is not even sent: the server would end the connection in the midst of it. */
export const tooLarge = (file) => file.size > MAX_PICTURE_BYTES - 65536;
