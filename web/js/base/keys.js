// Keys that do something wherever one is on the page; a person can switch them off (WCAG 2.1.4).

import { dialogIsOpen } from "./dialog.js";

const NAME = "lookalike.keys";
const known = []; // {key, text, run, when}
let on = read();

function read() {
  try {
    return localStorage.getItem(NAME) !== "off";
  } catch {
    return true;
  }
}

export const keysAreOn = () => on;

export function switchKeys(yes) {
  on = yes;
  try {
    localStorage.setItem(NAME, yes ? "on" : "off");
  } catch { /* a browser that keeps nothing */ }
}

/** `text` is the key of the words in the help; `when` says whether it makes sense now. */
export function addKey({ key, text, run, when = () => true }) {
  known.push({ key, text, run, when });
}

/** All of them, for the help. */
export const allKeys = () => known;

const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]") !== null;

/** What was typed; of a key that gives no Latin letter, as T gives ㅅ on a Korean keyboard, the one that has its place. */
function letter({ key, code }) {
  return /^[a-z]$/i.test(key) || !code.startsWith("Key") ? key.toLowerCase() : code.slice(3).toLowerCase();
}

document.addEventListener("keydown", (event) => {
  if (!on || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target) || dialogIsOpen()) return;
  const pressed = letter(event);
  const found = known.find(({ key, when }) => key === pressed && when());
  if (!found) return;
  event.preventDefault();
  found.run();
});
