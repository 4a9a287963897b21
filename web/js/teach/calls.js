// The calls of teaching: a camera's moments become an item or further pictures of one; and their undo.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";
import { boxText } from "./box.js";

// The camera looks for a few seconds, and then the model takes its time.
const PATIENT_MS = 30000;
const LOOKED_THROUGH = 200;

const place = (id) => `items/${encodeURIComponent(id)}`;
const post = (path, sent) => call(path, { method: "POST", timeoutMs: PATIENT_MS, ...sent });

/** A camera's best views of the next two seconds: `moments`, each {picture, box, captured_at}. */
export const takeMoments = (thing, signal) => post(`cameras/${encodeURIComponent(thing)}/moments`, { signal });

/** The words and the pictures of moments, each with its box, as a form. */
function form(words, moments) {
  const body = new FormData();
  for (const [name, value] of Object.entries(words)) body.append(name, value);
  body.append("taught", "1");
  for (const { blob, box } of moments) {
    body.append("image", blob, "moment.jpg");
    body.append("box", boxText(box));
  }
  return { body };
}

export const addItem = (title, moments) => post("items", form({ title }, moments));
export const addViews = (id, moments) => post(`${place(id)}/views`, form({}, moments));

/** What an item of these moments would answer to the camera's last minute; `item` is the id of one that exists. */
export const tryOut = ({ thing, item }, moments, signal) => post("teach/trial", { ...form({ thing, ...(item && { item }) }, moments), signal });

/** Undoes changes, the last first, and removes them from `tokens`; gives the answer of the first failure, or the last. */
export async function takeBack(tokens) {
  let answer = { ok: true };
  while (tokens.length && answer.ok) {
    answer = await post("items/undo", { json: { undo: tokens.at(-1) } });
    if (answer.ok) tokens.pop(); // a token works once
  }
  return answer;
}

const plain = (title) => title.normalize("NFKC").trim().toLowerCase();

/** The item that has this title already, or null. */
export async function itemOfTitle(title) {
  const { body } = await call(`items?${new URLSearchParams({ text: title, limit: LOOKED_THROUGH })}`);
  return body?.items?.find((item) => plain(item.title) === plain(title)) ?? null;
}

/** The reason why the camera gave no moments. */
export function momentsRefusal(answer, thing) {
  const { camera } = live.now();
  const off = camera?.thing === thing && camera.state !== "online" ? { 409: t("teach.off", { thing, state: t(`camera.${camera.state}`) }) } : {};
  return refusal(answer, { 404: t("teach.unknown", { thing }), 504: t("teach.slow", { thing }), ...off });
}
