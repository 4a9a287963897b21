// Pictures that are dropped onto the page or pasted into it.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");

/** Takes drops while `when` says so; else they are left to others. */
export function takeDropped({ onFiles, when }) {
  const veil = el("div", "drop-veil", el("p", "", t("ask.drop")));
  let ours = false; // a picture of the page's own that is dragged about
  let inside = 0; // entered and not yet left: each element that is passed enters and leaves

  function end() {
    inside = 0;
    veil.remove();
  }

  window.addEventListener("dragstart", () => { ours = true; });
  window.addEventListener("dragend", () => { ours = false; });
  const taking = (event) => !ours && holdsFiles(event) && when();

  // A browser asks by either event, whichever comes last before the drop.
  const accept = (event) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  };

  window.addEventListener("dragenter", (event) => {
    if (!taking(event)) return;
    accept(event);
    inside += 1;
    // Only the content of an open dialog lies above it.
    if (!veil.isConnected) (document.querySelector("dialog[open]") ?? document.body).append(veil);
  });
  window.addEventListener("dragleave", () => {
    inside -= 1;
    if (inside <= 0) end();
  });
  window.addEventListener("dragover", (event) => {
    if (taking(event)) accept(event);
  });
  window.addEventListener("drop", (event) => {
    const taken = taking(event);
    end();
    if (!taken) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
}

/** Takes pasted pictures; text that is pasted into a field is left alone. */
export function takePasted({ onFiles, when }) {
  window.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || !when()) return;
    event.preventDefault();
    onFiles(files);
  });
}
