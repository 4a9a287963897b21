// The calls of teaching: a camera's next frame becomes an item or a further picture of one; and their undo.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";

// The camera has 3 s to answer, and then the model takes its time.
const PATIENT_MS = 30000;
const LOOKED_THROUGH = 200;

const post = (path, json) => call(path, { method: "POST", json, timeoutMs: PATIENT_MS });

export const addItem = (title, thing) => post("items", { title, thing });
export const addView = (id, thing) => post(`items/${encodeURIComponent(id)}/views`, { thing });

/** Undoes changes, the last first, and removes them from `tokens`; gives the answer of the first failure, or the last. */
export async function takeBack(tokens) {
  let answer = { ok: true };
  while (tokens.length && answer.ok) {
    answer = await post("items/undo", { undo: tokens.at(-1) });
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

/** The reason why the camera gave no picture. */
export function teachRefusal(answer) {
  const { thing, camera } = live.now();
  const off = camera && camera.state !== "online" ? { 409: t("teach.off", { thing, state: t(`camera.${camera.state}`) }) } : {};
  return refusal(answer, { 404: t("teach.unknown", { thing }), 504: t("teach.slow", { thing }), ...off });
}
