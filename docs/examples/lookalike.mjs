// The API with JavaScript, in a browser or in Node 18 and later, without packages:
//
//   import { follow, newest, search } from "./lookalike.mjs";
//   for await (const record of follow("http://127.0.0.1:8080")) console.log(words(record));
//
// A page of another origin may read all of this only where a proxy serves both from one origin.

/** The newest records, of one camera or of all. */
export async function newest(page, { thing = "", limit = 1 } = {}) {
  const wanted = new URLSearchParams({ limit, ...(thing && { thing }) });
  const answer = await fetch(`${page}/matches?${wanted}`);
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return (await answer.json()).records;
}

/** The items that are most like a picture (a Blob); `key` is the API key, if the system has one. */
export async function search(page, picture, { k = 3, key = "" } = {}) {
  const form = new FormData();
  form.append("image", picture, "photo.jpg");
  form.append("k", String(k));
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  const answer = await fetch(`${page}/search`, { method: "POST", body: form, headers });
  if (!answer.ok) throw new Error((await answer.json()).detail);
  return answer.json();
}

/** Records as they come. After a lost connection it goes on behind the last one. */
export async function* follow(page, { signal } = {}) {
  let lastId = 0;
  while (!signal?.aborted) {
    try {
      const answer = await fetch(`${page}/matches/stream`, { headers: { "Last-Event-ID": String(lastId) }, signal });
      for await (const { event, data } of events(answer.body)) {
        if (event !== "match") continue;
        const record = JSON.parse(data);
        lastId = record.id;
        yield record;
      }
    } catch (error) {
      if (signal?.aborted) return;
      await new Promise((ready) => setTimeout(ready, 1000));
    }
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) yield Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2)));
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** What a record says, for a person. */
export function words({ verdict, matches: [best], code }) {
  if (verdict === "no_match" || !best) return "no match";
  const by = code ? `, by its code: ${code}` : "";
  return `${verdict === "match" ? "" : "perhaps "}${best.title} (${Math.round(best.score * 100)}%${by})`;
}
