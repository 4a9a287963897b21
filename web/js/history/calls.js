// The history's calls of the api.

import { call, getFile } from "../base/api.js";
import { t } from "../base/text.js";
import { refusal } from "../base/refusal.js";

const LIMIT = 50;
const PATIENT_MS = 60000; // deleting a year of showings takes a while

/** The beginning of a day by this device's clock, `days` later, as the api takes times. */
export function startOfDay(day, days = 0) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + days).toISOString();
}

/** A date by this device's clock, as a date field has it. */
export function localDate(time = new Date()) {
  const two = (n) => String(n).padStart(2, "0");
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** The query of what is wanted: {camera, day, verdict, item}, empty ones left out. */
function queryOf({ camera, day, verdict, item }, more = {}) {
  const times = day ? { from: startOfDay(day), to: startOfDay(day, 1) } : {};
  const all = { thing: camera, verdict, item, ...times, ...more };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value));
}

export const listShowings = (wanted, { after, signal }) => call(`history?${queryOf(wanted, { limit: LIMIT, after })}`, { signal });

export const getShowing = (id) => call(`history/${id}`);

/** A day's summary; without a day today's. */
export function getDay({ camera, day }, { signal }) {
  const date = day || localDate();
  const zone = -new Date(startOfDay(date)).getTimezoneOffset();
  return call(`history/summary?${new URLSearchParams({ day: date, zone, ...(camera && { thing: camera }) })}`, { signal });
}

export const getExport = (wanted, format) => getFile(`history/export?${queryOf(wanted, { format })}`);

export const deleteShowings = (ids) => call(`history?${new URLSearchParams(ids.map((id) => ["id", id]))}`, { method: "DELETE", timeoutMs: PATIENT_MS });

export const deleteBefore = (day, camera) =>
  call(`history?${new URLSearchParams({ before: startOfDay(day), ...(camera && { thing: camera }) })}`, { method: "DELETE", timeoutMs: PATIENT_MS });

/** What people say showings were; see POST /history/review. */
export const postReview = (ids, is, item = null) => call("history/review", { method: "POST", json: { ids, is, ...(item && { item }) } });

export const getInbox = ({ signal } = {}) => call("history/inbox", { signal });

export const picturePath = ({ id, picture }) => (picture ? `history/${id}/picture` : null);

/** Words for a call that failed. */
export const whyNot = (answer) => refusal(answer, { 501: answer.detail || t("history.off") });
