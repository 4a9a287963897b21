// The samples in the catalogue: how many are there, and whether they are being loaded or removed.

import { call, getSamples, onHealth } from "../base/api.js";

const BUSY_MS = 700;

/** Calls `take` with each new answer of the api about the samples, null where it has none; `first` is the one at the start. */
export function followSamples(first, take) {
  let state = first;
  let cursor = null;
  let timer = 0;

  function set(next) {
    state = next;
    take(state);
    clearTimeout(timer);
    if (state?.doing) timer = setTimeout(read, BUSY_MS);
  }

  async function read() {
    const next = await getSamples();
    if (next) set(next);
    else if (state?.doing) timer = setTimeout(read, BUSY_MS);
  }

  // Any change of the catalogue may be an item of their own.
  onHealth(({ checks: { store } }) => {
    if (store.cursor !== cursor) read();
    cursor = store.cursor;
  });
  set(first);

  return {
    /** Begins to load or remove them; gives why not, "" if it has begun. */
    async ask(method) {
      const { ok, body, detail } = await call("samples", { method });
      if (ok) set(body);
      return ok ? "" : detail;
    },
  };
}
