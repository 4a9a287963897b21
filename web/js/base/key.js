// The API key, if the server asks for one: typed in once, sent in a header only, never in an address.

import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { t } from "./text.js";

const NAME = "lookalike.key";
const listeners = new Set();
const forgotten = new Set();
let asking = null;
let key = read();

function read() {
  try {
    return sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? "";
  } catch {
    return ""; // a browser that keeps nothing: it is asked for again after a reload
  }
}

/** Keeps the key while the tab is open, or for good if the person wants that. */
function keep(value, { forGood }) {
  key = value;
  try {
    sessionStorage.setItem(NAME, value);
    if (forGood) localStorage.setItem(NAME, value);
    else localStorage.removeItem(NAME);
  } catch { /* see read */ }
}

/** Forgets a refused key: the api would count every further call with it as guessing, and lock everybody out. */
export function forget({ Authorization: sent }, { quietly = false } = {}) {
  if (!key || sent !== authorization().Authorization) return; // there is a newer one
  const wrong = key;
  key = "";
  try {
    sessionStorage.removeItem(NAME);
    if (localStorage.getItem(NAME) === wrong) localStorage.removeItem(NAME);
  } catch { /* see read */ }
  if (!quietly) forgotten.forEach((take) => take());
}

export const hasKey = () => key !== "";
export const authorization = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** Calls `take` whenever there is a new key to try. */
export const onKey = (take) => listeners.add(take);

/** Calls `take` whenever the key is forgotten. */
export const onForgotten = (take) => forgotten.add(take);

function form({ wrong, done }) {
  const input = el("input", "field-input");
  // The characters that a header can carry.
  Object.assign(input, { type: "password", autocomplete: "off", spellcheck: false, pattern: "[!-~]+", required: true });
  const forGood = Object.assign(el("input"), { type: "checkbox" });
  const node = el("form", "form",
    el("p", "form-words", t(wrong ? "key.wrong" : "key.why")),
    el("label", "field", el("span", "field-name", t("key.label")), input),
    el("label", "field-check", forGood, el("span", "", t("key.keep"))),
    el("div", "form-end", el("button", "button button-main", t("key.use"))));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    keep(input.value, { forGood: forGood.checked });
    done(true);
  });
  return node;
}

/** Asks the person for the key; true once there is a new one to try. Further callers wait for the same answer. */
export function askKey({ wrong = false } = {}) {
  asking ??= new Promise((resolve) => {
    const dialog = openDialog({
      title: t("key.title"),
      content: form({ wrong, done: (given) => { resolve(given); dialog.close(); } }),
      onClose: () => resolve(false), // which says nothing new after an answer
    });
  }).then((given) => {
    asking = null;
    if (given) listeners.forEach((take) => take());
    return given;
  });
  return asking;
}
