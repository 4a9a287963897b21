// The progress of items that are being taken in, from one answer of healthz after the other. Uses no part of the page.

import { loadingOf } from "./situation.js";

const FEW = 3; // single edits pass unnoticed
const QUIET = 2; // answers without growth end it

export function createIndexing() {
  let from = null; // the index's cursor when it was first seen behind the store
  let lastItems = null;
  let quiet = QUIET;

  /**
   * {loading} ({read, total}) while the index is read for the first time, {done, of, items} while it follows the
   * store, {items} while new ones come in, else null.
   */
  return function take(health) {
    const { index, store } = health?.checks ?? {};
    const loading = loadingOf(health);
    if (loading) return { loading };
    if (!Number.isFinite(index?.items)) return null;
    const { items, cursor } = index;
    const grown = lastItems === null ? 0 : items - lastItems;
    lastItems = items;
    quiet = grown >= (quiet < QUIET ? 1 : FEW) ? 0 : quiet + 1;
    if (store?.cursor - cursor > FEW) {
      from ??= cursor;
      return { done: cursor - from, of: store.cursor - from, items };
    }
    from = null;
    return quiet < QUIET ? { items } : null;
  };
}
