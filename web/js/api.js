// Reads from the api; addresses are relative, so the page works under any host and path.

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
