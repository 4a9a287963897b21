// Dialogs: the browser's own, so that focus stays within, Escape closes, and focus goes back to where it was.

import { el } from "./dom.js";
import { t } from "./text.js";

let count = 0;

/**
 * Opens a dialog with a heading over `content`, one node or several; it is gone when it closes.
 * `mayClose` is asked when the person wants to leave: false keeps it open, where something would be lost.
 */
export function openDialog({ title, className = "", content, mayClose = () => true, onClose = () => {} }) {
  const heading = el("h2", "dialog-title", title);
  heading.id = `dialog-${count += 1}`;
  const shut = el("button", "dialog-shut");
  shut.type = "button";
  shut.setAttribute("aria-label", t("dialog.close"));
  const node = el("dialog", `dialog ${className}`, el("header", "dialog-bar", heading, shut), ...[content].flat());
  node.setAttribute("aria-labelledby", heading.id);
  const leave = () => mayClose() && node.close();
  shut.addEventListener("click", leave);
  // Both events: a browser skips `cancel` for a second Escape in a row, and a phone's Back is no key.
  node.addEventListener("keydown", (event) => event.key === "Escape" && !mayClose() && event.preventDefault());
  node.addEventListener("cancel", (event) => event.target === node && !mayClose() && event.preventDefault());
  // A press on the backdrop has the dialog itself as its target, a press inside has a node of the content.
  node.addEventListener("pointerdown", (event) => {
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const within = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    if (event.target === node && !within) leave();
  });
  node.addEventListener("close", () => {
    node.remove();
    onClose();
  });
  document.body.append(node);
  node.showModal();
  return { node, close: () => node.close() };
}

export const dialogIsOpen = () => document.querySelector("dialog[open]") !== null;
