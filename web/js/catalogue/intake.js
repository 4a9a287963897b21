// Picture input for an item: chosen, dropped, pasted, or taken with a phone's camera.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { PICTURE_TYPES, picturesOf } from "./files.js";

/** A button that opens the browser's choice of files. */
export function chooser(label, { accept = "", onFiles, main = false, ...more }) {
  const input = Object.assign(el("input"), { type: "file", accept, hidden: true, ...more });
  if (more.capture) input.setAttribute("capture", more.capture);
  const button = Object.assign(el("button", main ? "button button-main" : "button", label), { type: "button" });
  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    if (input.files.length) onFiles(input);
    input.value = ""; // lets the same file be chosen again
  });
  return [button, input];
}

/** Takes drops on `node` and pastes while it is on the page and `when` holds; `take` gets the event's transfer. */
export function listen(node, take, { when = () => true } = {}) {
  const files = (transfer) => when() && [...transfer?.types ?? []].includes("Files");
  const over = (event) => {
    if (!files(event.dataTransfer)) return;
    event.preventDefault();
    node.classList.add("dropping");
  };
  // A browser may ask by either event, whichever comes last before the drop.
  node.addEventListener("dragenter", over);
  node.addEventListener("dragover", over);
  node.addEventListener("dragleave", (event) => !node.contains(event.relatedTarget) && node.classList.remove("dropping"));
  node.addEventListener("drop", (event) => {
    if (!files(event.dataTransfer)) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.remove("dropping");
    take(event.dataTransfer);
  });
  const paste = (event) => {
    if (!node.isConnected) return document.removeEventListener("paste", paste);
    if (!files(event.clipboardData)) return undefined; // pasted text goes where the cursor is
    event.preventDefault();
    return take(event.clipboardData);
  };
  document.addEventListener("paste", paste);
}

/** The buttons; `onPictures` gets files that may be pictures. */
export function intake({ multiple = false, onPictures, main = false }) {
  const files = (input) => onPictures([...input.files]);
  const choose = chooser(t(multiple ? "intake.choose.many" : "intake.choose"), { accept: PICTURE_TYPES, multiple, onFiles: files, main });
  const take = matchMedia("(pointer: coarse)").matches
    ? chooser(t("intake.take"), { accept: PICTURE_TYPES, capture: "environment", onFiles: files }) : [];
  return el("div", "pick", ...choose, ...take);
}

/** Listens on a dialog for pictures; calls `onNone` if a drop or paste holds none. */
export function listenForPictures(node, { onPictures, onNone }) {
  listen(node, (transfer) => {
    const pictures = picturesOf(transfer);
    if (pictures.length) onPictures(pictures);
    else onNone();
  });
}
