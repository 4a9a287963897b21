// The API key, where the server asks for one: typed in here, kept for as long as the tab is open.

import { byId } from "./dom.js";

const NAME = "lookalike.key";
let key = read();

function read() {
  try {
    return sessionStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // a browser that keeps nothing: it is asked for again after a reload
  }
}

function keep(value) {
  key = value;
  try {
    sessionStorage.setItem(NAME, value);
  } catch { /* see read */ }
}

export const authorization = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** A quiet line that opens into a form; `onKey` is called when there is a new key to try. */
export function createKeyBox({ onKey }) {
  const [box, form, input] = ["key-box", "key-form", "key"].map(byId);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(input.value);
    form.reset();
    box.hidden = true;
    onKey();
  });

  return {
    /** The server asks for a key, or does not know the one that it was given. */
    ask() {
      box.hidden = false;
    },
  };
}
