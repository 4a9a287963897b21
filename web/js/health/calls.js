// The calls about the catalogue's health.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";

export const SHOWN = 24; // problems of a kind, and how many more at a time

const query = (params) => new URLSearchParams({ limit: SHOWN, ...params });

/** The latest report; with `again` a check begins even if no item has changed. */
export const getReport = ({ again = false, signal } = {}) => call(`items/health?${query(again ? { again } : {})}`, { signal });

/** Further problems of a kind, behind the first `offset`. */
export const getMore = (kind, offset) => call(`items/health?${query({ kind, offset })}`);

/** Words for a call that failed. */
export const whyNot = (answer) => refusal(answer, { 501: answer.detail });
