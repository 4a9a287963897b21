// Copying of a text, also on a page by plain http, to which browsers give no clipboard.

import { dialogIsOpen } from "../base/dialog.js";
import { el } from "../base/dom.js";

/** Copies what is selected, as browsers did before there was a clipboard to write to. */
function copySelected(text) {
  const field = Object.assign(el("textarea", "unseen"), { value: text, readOnly: true });
  const focused = document.activeElement;
  (dialogIsOpen() ? document.querySelector("dialog[open]") : document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus({ preventScroll: true });
  return done;
}

/** Whether the text is in the clipboard now. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no clipboard by plain http, or not allowed
    return copySelected(text);
  }
}
