// The items read so far, page by page, with the changes made to them on this page.

import { listItems } from "./calls.js";

const LIMIT = 60;

/** `onPage` is called after each page, with its items and whether they replace all before. */
export function createList({ onPage, onState }) {
  const items = new Map();
  let [text, cursor, asking] = ["", null, null];
  let state = "idle"; // loading, more (pages to read), end, lost
  let replaces = true; // whether the next page replaces all items

  function turn(to) {
    state = to;
    onState(state);
  }

  async function read() {
    asking?.abort();
    const mine = asking = new AbortController();
    turn("loading");
    const answer = await listItems({ cursor: replaces ? null : cursor, limit: LIMIT, text, signal: mine.signal });
    if (asking !== mine) return; // another text was searched for meanwhile
    asking = null;
    if (!answer.ok) {
      turn("lost");
      return;
    }
    if (replaces) items.clear();
    const added = answer.body.items.filter((item) => !items.has(item.id)); // an item added here may be listed already
    added.forEach((item) => items.set(item.id, item));
    cursor = answer.body.next;
    onPage({ added, replaces });
    replaces = false;
    turn(cursor === null ? "end" : "more");
  }

  return {
    get text() { return text; },
    get state() { return state; },
    get size() { return items.size; },
    item: (id) => items.get(id),
    /** Starts over with the items whose words contain `wanted`. */
    begin(wanted) {
      [text, replaces] = [wanted, true];
      return read();
    },
    more: read,
    put: (item) => items.set(item.id, item),
    remove: (id) => items.delete(id),
    /** Names of the items' metadata, the most frequent first. */
    names() {
      const counts = new Map();
      for (const { metadata } of items.values()) for (const name of Object.keys(metadata)) counts.set(name, (counts.get(name) ?? 0) + 1);
      return [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
    },
  };
}
