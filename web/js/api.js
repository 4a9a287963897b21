// Calls of the api; addresses are relative, so the page works under any host and path.

import { authorization } from "./key.js";

const TIMEOUT_MS = 8000;

/** The parsed answer, or null where there is none. A 503 of healthz carries its facts too, so it counts. */
async function get(path) {
  try {
    const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok && answer.status !== 503) return null;
    return await answer.json();
  } catch {
    return null; // what cannot be reached is told by the stream's state, once
  }
}

export const getHealth = () => get("healthz");
export const getCameras = async () => (await get("cameras"))?.cameras ?? null;

/** The newest records, newest first; of one camera where a name is given. */
export async function getRecords({ thing = null, limit = 12 } = {}) {
  const query = new URLSearchParams({ limit, ...(thing && { thing }) });
  return (await get(`matches?${query}`))?.records ?? [];
}

const camera = (thing) => `cameras/${encodeURIComponent(thing)}`;

/** {status, jpeg, etag} of a preview newer than the one with this `etag`; status 0 where nothing answers. */
export async function getPreview(thing, { etag, signal }) {
  const headers = { ...authorization(), ...(etag && { "If-None-Match": etag }) };
  try {
    const answer = await fetch(`${camera(thing)}/preview`, { cache: "no-store", headers, signal });
    return { status: answer.status, jpeg: answer.status === 200 ? await answer.blob() : null, etag: answer.headers.get("ETag") };
  } catch {
    return { status: 0 };
  }
}

/** {status, detail} of the answer to a frame; status 0 where nothing answers. */
export async function postFrame(thing, jpeg) {
  const headers = { ...authorization(), "Content-Type": "image/jpeg" };
  try {
    const answer = await fetch(`${camera(thing)}/frames`, { method: "POST", headers, body: jpeg, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const told = await answer.json();
    return { status: answer.status, detail: told.detail ?? "" };
  } catch {
    return { status: 0, detail: "" };
  }
}
