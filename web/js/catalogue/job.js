// The page's one import: it runs while its dialog is closed, and leaving the page asks first.

import { createRun } from "./run.js";

const listeners = new Set();
const doneListeners = new Set();
const AT_WORK = ["running", "lost", "finding"];
let run = null;

export const isAtWork = () => run !== null && AT_WORK.includes(run.state.phase);

/** Calls `take(state)` on each change of the import, with null once there is none. */
export function onImport(take) {
  listeners.add(take);
  take(run?.state ?? null);
  return () => listeners.delete(take);
}

/** Calls `take` after items were added and the import has ended. */
export const onImported = (take) => doneListeners.add(take);

const warn = (event) => event.preventDefault();

function changed(state) {
  if (isAtWork()) addEventListener("beforeunload", warn);
  else removeEventListener("beforeunload", warn);
  listeners.forEach((take) => take(state));
}

function tellImported({ phase, kept }) {
  if (phase === "done" || (phase === "stopped" && kept)) doneListeners.forEach((take) => take());
}

export function begin(plan) {
  const mine = createRun(plan, { onChange(state) {
    // A row may have been on its way when the import was stopped and dropped; only its item matters.
    if (mine === run) changed(state);
    tellImported(state);
  } });
  run = mine;
  run.start();
}

export const stop = () => run?.stop();
export const goOn = () => run?.start();

export function forget() {
  run = null;
  changed(null);
}
