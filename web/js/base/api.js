// Calls of the api; addresses are relative, so the page works under any host and path.

import { isLocked, readHeaders } from "./access.js";
import { askKey, authorization, forget, hasKey } from "./key.js";
import { pause } from "./pause.js";
import { inOurWords } from "./told.js";

const TIMEOUT_MS = 8000;

/** An answer as {status, ok, body, detail}: `body` its JSON or null, `detail` the problem document's, in the page's language. */
async function told(answer) {
  const body = await answer.json().catch(() => null);
  const detail = typeof body?.detail === "string" ? inOurWords(body.detail) : "";
  return { status: answer.status, ok: answer.ok, body, detail };
}

/** A call with the key, if there is one; a key that is refused is forgotten. */
async function send(path, { headers, ...options }) {
  const given = authorization();
  const answer = await fetch(path, { cache: "no-store", ...options, headers: { ...headers, ...given } });
  if (answer.status === 401) forget(given);
  return answer;
}

/**
 * One call for a person who waits: {status, ok, body, detail}, status 0 without an answer. Sends `json` or `body`.
 * If the api wants a key, the person is asked for it and the call is made once more.
 */
export async function call(path, { method = "GET", json, body, headers = {}, signal, timeoutMs = TIMEOUT_MS } = {}) {
  for (;;) {
    const sent = json === undefined ? body : JSON.stringify(json);
    const type = json === undefined ? {} : { "Content-Type": "application/json" };
    const sentKey = hasKey();
    const timeout = AbortSignal.timeout(timeoutMs);
    let answer;
    try {
      answer = await send(path, {
        method, body: sent, headers: { ...headers, ...type },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      });
    } catch {
      return { status: 0, ok: false, body: null, detail: "" };
    }
    if (answer.status !== 401) return told(answer);
    if (isLocked()) return told(answer);
    // Another call may have asked for the key meanwhile.
    if (!hasKey() && !(await askKey({ wrong: sentKey }))) return told(answer);
  }
}

/** The parsed answer, or null without one. A 503 of healthz counts, because it carries the facts too. */
async function get(path) {
  try {
    const given = readHeaders();
    const answer = await fetch(path, { cache: "no-store", headers: given, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 401) forget(given);
    if (!answer.ok && answer.status !== 503) return null;
    return await answer.json();
  } catch {
    return null; // what cannot be reached is told by the stream's state, once
  }
}

const listeners = new Set();

/** Calls `take` with each health that is read, whoever asked. */
export const onHealth = (take) => listeners.add(take);

/** The system's health, or null for a proxy's own 503. */
export async function getHealth() {
  const health = await get("healthz");
  if (!health?.checks) return null;
  listeners.forEach((take) => take(health));
  return health;
}

/** Waits until the index has read a change; false if that takes too long. */
export async function searchable(change, { everyMs, withinMs }) {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    if ((await getHealth())?.checks.index.cursor >= change) return true;
    await pause(everyMs);
  }
  return false;
}

/** What is known of the samples, null without an answer, and on AWS, which has none. */
export async function getSamples() {
  const samples = await get("samples");
  return samples?.ids ? samples : null;
}

export const getCameras = async () => (await get("cameras"))?.cameras ?? null;

/** The newest records, newest first; of one camera where a name is given. */
export async function getRecords({ thing = null, limit = 12 } = {}) {
  const query = new URLSearchParams({ limit, ...(thing && { thing }) });
  return (await get(`matches?${query}`))?.records ?? [];
}

const camera = (thing) => `cameras/${encodeURIComponent(thing)}`;

/** Which frame a picture shows: {session, seq, captured_at}, `seq` null for one that was not observed; null if it does not say. */
function stampOf(headers) {
  const [session, seq, at] = ["Session", "Seq", "Captured-At"].map((name) => headers.get(`Frame-${name}`));
  return session && at ? { session, seq: seq === null ? null : Number(seq), captured_at: at } : null;
}

/** {status, jpeg, etag, stamp} of a picture; status 0 without an answer, 204 without a picture. Asks nobody for a key. */
async function getPicture(path, options) {
  try {
    const answer = await send(path, options);
    const { status, headers } = answer;
    return { status, jpeg: status === 200 ? await answer.blob() : null, etag: headers.get("ETag"), stamp: stampOf(headers) };
  } catch {
    return { status: 0, jpeg: null };
  }
}

/** A camera's preview newer than that of `etag`. */
export const getPreview = (thing, { etag, signal }) =>
  getPicture(`${camera(thing)}/preview?quiet=1`, { headers: etag ? { "If-None-Match": etag } : {}, signal });

/** The picture of the frame that a match record was made of. */
export const getFrame = (thing, { session, seq }) =>
  getPicture(`${camera(thing)}/preview?${new URLSearchParams({ session, seq, quiet: 1 })}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });

/** {status, blob, detail} of a file that may need the key, which the person is asked for. */
export async function getFile(path, { signal, ask = true } = {}) {
  for (;;) {
    const sentKey = hasKey();
    try {
      const answer = await send(path, { signal });
      if (answer.ok) return { status: answer.status, blob: await answer.blob() };
      if (answer.status !== 401 || !ask) return told(answer);
    } catch {
      return { status: 0, detail: "" };
    }
    if (!hasKey() && !(await askKey({ wrong: sentKey }))) return { status: 401, detail: "" };
  }
}

/** {status, detail} of the answer to a frame; status 0 without an answer. Asks nobody for a key. */
export async function postFrame(thing, jpeg) {
  const headers = { "Content-Type": "image/jpeg" };
  try {
    return await told(await send(`${camera(thing)}/frames`, { method: "POST", headers, body: jpeg, signal: AbortSignal.timeout(TIMEOUT_MS) }));
  } catch {
    return { status: 0, detail: "" };
  }
}
