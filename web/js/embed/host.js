// Tells the page around an embedded match what is shown, so that it can act on it.

/** `record` is what is shown as live, null when nothing is. */
export function tellHost(record) {
  const [match] = record?.matches ?? [];
  const item = match && record.verdict !== "no_match"
    ? { id: match.id, title: match.title, link: match.link ?? null, score: match.score, metadata: match.metadata ?? {} }
    : null;
  const told = { camera: record?.thing ?? null, verdict: record?.verdict ?? null, item };
  // To any origin: only those of the setting can frame this page, and matches are public.
  if (parent !== window) parent.postMessage({ lookalike: told }, "*");
}
