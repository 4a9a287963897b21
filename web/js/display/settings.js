// The display's dialog: its fields, its idle picture, and whether the screen stays on.

import { openDialog } from "../base/dialog.js";
import { el, press, setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { createChoice } from "./fields.js";

/** A button that chooses the idle picture, and one that takes it away. */
function idlePicture(idle) {
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const input = Object.assign(el("input", "unseen"), { type: "file", accept: "image/*", tabIndex: -1 });
  input.setAttribute("aria-label", t("display.idle.choose"));
  const remove = press("button", t("display.idle.remove"), () => {
    idle.remove();
    render();
  });
  const render = () => { remove.hidden = !idle.hasOwn; };
  input.addEventListener("change", async () => {
    if (input.files[0]) setText(trouble, await idle.choose(input.files[0]));
    input.value = "";
    render();
  });
  render();
  return el("fieldset", "display-choice", el("legend", "field-name", t("display.idle.name")),
    el("div", "known-ways", press("button", t("display.idle.choose"), () => input.click()), remove, input), trouble);
}

export function openSettings({ idle, awake }) {
  openDialog({
    title: t("display.settings"), className: "display-settings",
    content: [
      createChoice(),
      idlePicture(idle),
      el("p", "form-words", t(awake.canKeep ? "display.awake" : "display.asleep")),
      el("p", "form-words", t("display.address")),
    ],
  });
}
