// The list of wrong matches that wait for their correction: kept in this tab, newest first.

const NAME = "lookalike.pile";
const KEPT = 50;
const listeners = new Set();
let entries = read(); // {id, thing, captured_at, matches: [{id, title, url}], equals, box, picture}

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function set(next) {
  entries = next.slice(0, KEPT);
  try {
    sessionStorage.setItem(NAME, JSON.stringify(entries));
  } catch { /* a browser that keeps nothing, or no more: it lasts until a reload */ }
  listeners.forEach((take) => take());
}

const briefly = ({ id, title, url }) => ({ id, title, url });

export const pile = {
  all: () => entries,
  /** `picture` is the camera's, as an address that lasts, or null. */
  add({ id, thing, captured_at, matches, equals, box }, picture) {
    set([{ id, thing, captured_at, matches: matches.map(briefly), equals, box, picture }, ...entries.filter((entry) => entry.id !== id)]);
  },
  remove(id) {
    if (entries.some((entry) => entry.id === id)) set(entries.filter((entry) => entry.id !== id));
  },
  /** Calls `take` after each change. */
  onChange: (take) => listeners.add(take),
};
