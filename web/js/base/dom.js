// Helpers for the DOM; text is always inserted as text, never as markup.

export const byId = (id) => document.getElementById(id);

/** A new element; children are nodes or strings, null ones are left out. */
export function el(tag, className = "", ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A button that submits no form. */
export function press(className, text, run) {
  const button = el("button", className, text);
  button.type = "button";
  button.addEventListener("click", run);
  return button;
}

/** Writes only what changed, so that a tick four times a second costs no layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Moves the focus out of a node that is about to be removed. */
export function releaseFocus(node) {
  if (node.contains(document.activeElement)) byId("main").focus({ preventScroll: true });
}

/** Hides a node, or shows it again. */
export function setHidden(node, yes) {
  if (node.hidden === yes) return;
  if (yes) releaseFocus(node);
  node.hidden = yes;
}

/** The address if it is http or https, else null: item data comes from other people. */
export function safeLink(address) {
  if (!address) return null;
  try {
    const url = new URL(address, document.baseURI);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
