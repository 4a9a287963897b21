// Where in the page one is: kept after the address's #, so that it can be bookmarked and gone back from.

const listeners = new Set();

const read = () => new URLSearchParams(location.hash.slice(1));

export const getPlace = (name) => read().get(name);

/** Sets one word of the place, null takes it away; `push`: the browser's Back leads back to where one was. */
export function setPlace(name, value, { push = false } = {}) {
  const words = read();
  if (words.get(name) === value) return;
  if (value === null) words.delete(name);
  else words.set(name, value);
  const rest = words.size ? `#${words}` : location.pathname + location.search;
  history[push ? "pushState" : "replaceState"](null, "", rest);
  listeners.forEach((take) => take());
}

/** Calls `take` when the place changes, by whatever. */
export function onPlace(take) {
  listeners.add(take);
}

window.addEventListener("popstate", () => listeners.forEach((take) => take()));
