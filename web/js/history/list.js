// The showings read so far, newest first, page by page; the first page is read again while people look.

import { byId, el } from "../base/dom.js";
import { listShowings } from "./calls.js";
import { createRow } from "./row.js";

/** `onState` gets loading, more (pages to read), end or failed, with the failed answer. */
export function createList({ wanted, onOpen, onState, onMarks }) {
  const node = el("ol", "showings");
  const rows = new Map(); // id: {showing, row}
  const marks = new Set();
  let [next, asking, state] = [null, null, "idle"];

  function turn(to, answer = null) {
    state = to;
    onState(to, answer);
  }

  function mark(id, yes) {
    if (yes) marks.add(id);
    else marks.delete(id);
    onMarks(marks.size);
  }

  /** Puts showings where they belong by their time; ids rise with it. */
  function put(showing) {
    const known = rows.get(showing.id);
    if (known) {
      known.showing = showing;
      return known.row.put(showing, { marked: marks.has(showing.id) });
    }
    const row = createRow(showing, { onOpen, onMark: mark });
    const older = [...node.children].find((each) => rows.get(Number(each.dataset.showing)).showing.began_at < showing.began_at);
    node.insertBefore(row.node, older ?? null);
    rows.set(showing.id, { showing, row });
  }

  function remove(id) {
    const held = rows.get(id)?.row;
    if (!held) return;
    if (held.node.contains(document.activeElement)) (held.node.nextElementSibling?.querySelector(".showing-open") ?? byId("main")).focus();
    held.drop();
    rows.delete(id);
    mark(id, false);
  }

  async function read({ begin = false } = {}) {
    asking?.abort();
    const mine = asking = new AbortController();
    turn("loading");
    const answer = await listShowings(wanted(), { after: begin ? null : next, signal: mine.signal });
    if (asking !== mine) return;
    asking = null;
    if (!answer.ok) return turn("failed", answer);
    if (begin) [...rows.keys()].forEach(remove);
    answer.body.showings.forEach(put);
    ({ next } = answer.body);
    turn(next === null ? "end" : "more");
  }

  return {
    node,
    get state() { return state; },
    get size() { return rows.size; },
    get marked() { return [...marks]; },
    showing: (id) => rows.get(id)?.showing,
    begin: () => read({ begin: true }),
    more: () => read(),
    put,
    remove,
    /** Reads the newest again, as showings begin, go on and are judged by others. */
    async refresh() {
      if (asking || state === "failed") return;
      const answer = await listShowings(wanted(), { after: null });
      if (asking || !answer.ok) return;
      const newest = answer.body.showings;
      newest.forEach(put);
      // What the page no longer has within its span was deleted elsewhere.
      const [ids, oldest] = [new Set(newest.map(({ id }) => id)), newest.at(-1)?.began_at ?? ""];
      for (const [id, { showing }] of rows) if (showing.began_at >= oldest && !ids.has(id) && (oldest || answer.body.next === null)) remove(id);
      if (state === "end" || state === "more") onState(state, null);
    },
  };
}
