// Keyboard shortcuts of the whole page; a person can switch them off (WCAG 2.1.4).

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

/** Adds a shortcut; `text` is the key of its words in the help, `when` says whether it applies now. */
export function addKey({ key, text, run, when = () => true }) {
  known.push({ key, text, run, when });
}

/** All shortcuts, for the help. */
export const allKeys = () => known;

const typing = (node) => node.closest?.("input, textarea, select, [contenteditable]") !== null;

/** The typed letter; for a key without a Latin letter, as T gives ㅅ on a Korean keyboard, the letter of its place. */
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
