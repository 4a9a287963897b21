// The visitor's place in the page: kept after the address's #, so that it can be bookmarked, and left by Back.

const listeners = new Set();

const read = () => new URLSearchParams(location.hash.slice(1));

export const getPlace = (name) => read().get(name);

/** Sets one word of the place, null removes it; with `push` the browser's Back leads to the earlier place. */
export function setPlace(name, value, { push = false } = {}) {
  const words = read();
  if (words.get(name) === value) return;
  if (value === null) words.delete(name);
  else words.set(name, value);
  const rest = words.size ? `#${words}` : location.pathname + location.search;
  history[push ? "pushState" : "replaceState"](null, "", rest);
  listeners.forEach((take) => take());
}

/** Calls `take` when the place changes, whatever changed it. */
export function onPlace(take) {
  listeners.add(take);
}

window.addEventListener("popstate", () => listeners.forEach((take) => take()));
