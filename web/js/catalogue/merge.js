// Three texts of an item's words: as read, as typed, and as somebody else has left them.

const DETAIL = "detail:";
// The same trimming as the server's.
const plain = (text) => (text ?? "").replace(/\r\n?/g, "\n").trim();

/** Fields with a text, by key: "title", "detail:" and a name, "link". */
function fieldsOf({ title, link, metadata }) {
  const details = Object.entries(metadata).map(([name, value]) => [DETAIL + name.trim(), plain(value)]);
  return new Map([["title", plain(title)], ...details, ["link", plain(link)]].filter(([, text]) => text));
}

function wordsOf(fields) {
  const details = [...fields].filter(([key]) => key.startsWith(DETAIL)).map(([key, text]) => [key.slice(DETAIL.length), text]);
  return { title: fields.get("title") ?? "", link: fields.get("link") ?? "", metadata: Object.fromEntries(details) };
}

/** The name of a metadata field by its key, null for another field. */
export const detailOf = (key) => (key.startsWith(DETAIL) ? key.slice(DETAIL.length) : null);

/** The typed text of each field, or the present one where nothing was typed. */
export function merge({ read, typed, now }) {
  const [before, mine, all] = [fieldsOf(read), fieldsOf(typed), fieldsOf(now)];
  for (const key of new Set([...before.keys(), ...mine.keys()])) {
    if (mine.get(key) === before.get(key)) continue;
    if (mine.has(key)) all.set(key, mine.get(key));
    else all.delete(key);
  }
  return wordsOf(all);
}

/** The fields that differ, each as {key, one, other}, with "" for no text. */
export function differences(one, other) {
  const [first, second] = [fieldsOf(one), fieldsOf(other)];
  return [...new Set([...first.keys(), ...second.keys()])]
    .filter((key) => first.get(key) !== second.get(key))
    .map((key) => ({ key, one: first.get(key) ?? "", other: second.get(key) ?? "" }));
}

export const sameWords = (one, other) => differences(one, other).length === 0;
