// Buttons that choose a picture to search by: from the files, or by the camera of a handheld device.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";

/** A button for a hidden file field of the browser. */
function picker(className, text, { onFiles, capture = null, multiple = false }) {
  const input = Object.assign(el("input"), { type: "file", accept: "image/*", multiple, hidden: true });
  if (capture) input.setAttribute("capture", capture);
  input.addEventListener("change", () => {
    onFiles([...input.files]);
    input.value = ""; // the same file once more is a question too
  });
  const button = el("button", className, text);
  button.type = "button";
  button.addEventListener("click", () => input.click());
  return { button, input };
}

/** {node, focus} */
export function createPickers({ onFiles }) {
  const handheld = matchMedia("(pointer: coarse)").matches;
  const choose = picker(handheld ? "button" : "button button-main", t("ask.choose"), { onFiles, multiple: true });
  const photo = handheld ? picker("button button-main", t("ask.photo"), { onFiles, capture: "environment" }) : null;
  const buttons = [photo, choose].filter(Boolean);
  const node = el("div", "pickers",
    el("div", "pickers-buttons", ...buttons.flatMap(({ button, input }) => [button, input])),
    handheld ? null : el("p", "form-words", t("ask.how")));
  return { node, focus: buttons[0].button };
}
