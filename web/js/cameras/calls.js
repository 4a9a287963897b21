// The calls of the api about cameras that are added in the page.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";

const TEST_MS = 30000; // the edge looks for 15 s
const CHANGE_MS = 20000;

const path = (thing) => `cameras/${encodeURIComponent(thing)}`;

/** {cameras, edges}: all cameras, and the edges that take more. */
export const listCameras = () => call("cameras");

export const testCamera = (source, edge) =>
  call("cameras/test", { method: "POST", json: { source, ...(edge && { edge }) }, timeoutMs: TEST_MS });

/** `camera` is {name, source, edge, region}; the last two may be null. */
export const addCamera = ({ name, source, edge, region }) =>
  call("cameras", { method: "POST", json: { name, source, ...(edge && { edge }), ...(region && { region }) }, timeoutMs: CHANGE_MS });

export const changeCamera = (thing, changes) => call(path(thing), { method: "PATCH", json: changes, timeoutMs: CHANGE_MS });

export const forgetCamera = (thing) => call(path(thing), { method: "DELETE", timeoutMs: CHANGE_MS });

/** Words for a call that failed. */
export const whyNot = (answer) => refusal(answer, answer.status === 409 || answer.status === 404 ? { [answer.status]: answer.detail } : {});
