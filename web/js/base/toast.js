// A line that says what was just done, with one action, such as undo.

import { dialogIsOpen } from "./dialog.js";
import { byId, el, press } from "./dom.js";
import { addKey } from "./keys.js";
import { t } from "./text.js";

const STAYS_MS = 20000; // long enough to be read and reached by everybody (WCAG 2.2.1)
let timer = 0;

export function hideToast() {
  clearTimeout(timer);
  byId("toast").replaceChildren();
}

// The line is far away by keyboard, so its button has a shortcut.
const button = () => byId("toast").querySelector(".toast-line > .button");
addKey({ key: "z", text: "help.undo", run: () => button().click(), when: () => button() !== null });

/** `actions` are {label, run}, the first with the shortcut; the line stays while the pointer or the focus is on it. */
export function toast(text, { actions = [] } = {}) {
  const room = byId("toast");
  const shut = el("button", "dialog-shut");
  shut.type = "button";
  shut.setAttribute("aria-label", t("dialog.close"));
  shut.addEventListener("click", hideToast);
  const buttons = actions.map(({ label, run }) => press("button", label, () => { hideToast(); run(); }));
  const line = el("div", "toast-line", el("p", "", text), ...buttons, shut);
  const wait = () => { clearTimeout(timer); timer = setTimeout(hideToast, STAYS_MS); };
  ["pointerenter", "focusin"].forEach((name) => line.addEventListener(name, () => clearTimeout(timer)));
  ["pointerleave", "focusout"].forEach((name) => line.addEventListener(name, wait));
  // Only the newest popover lies above an open dialog.
  room.hidePopover?.();
  if (dialogIsOpen() || room.showPopover) room.showPopover?.();
  room.replaceChildren(line);
  wait();
}
