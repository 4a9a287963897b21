// The dialogs of a camera that was added: its name, its region, and forgetting it.

import { getPreview } from "../base/api.js";
import { openDialog } from "../base/dialog.js";
import { el, press, setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { createBoxEditor } from "../teach/box_editor.js";
import { changeCamera, forgetCamera, whyNot } from "./calls.js";
import { nameOf } from "./words.js";

export const WHOLE = [0, 0, 1, 1];
const PARTS = 10000;

/** A box of shares that does not reach over the picture's edge once it is rounded. */
export function rounded(box) {
  const [left, top, width, height] = box.map((share) => Math.round(share * PARTS));
  return [left, top, Math.min(width, PARTS - left), Math.min(height, PARTS - top)].map((parts) => parts / PARTS);
}

function troubleLine() {
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  return trouble;
}

/** A form in a dialog whose main button makes one call; `done` are the words after it. */
function ask({ title, className = "", parts, yes, main = "button-main", run, done, onDone, onClose }) {
  const trouble = troubleLine();
  const button = el("button", `button ${main}`, yes);
  const form = el("form", "form", ...parts, trouble,
    el("div", "form-end", press("button", t("cameras.cancel"), () => dialog.close()), button));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    setText(trouble, "");
    const answer = await run();
    button.disabled = false;
    if (!answer.ok) return setText(trouble, whyNot(answer));
    dialog.close();
    toast(done());
    onDone();
  });
  const dialog = openDialog({ title, className, content: form, onClose });
  return { button, trouble };
}

export function nameField(value = "") {
  const input = Object.assign(el("input", "field-input"), { type: "text", value, required: true, maxLength: 80, autocomplete: "off" });
  return { input, node: el("label", "field", el("span", "field-name", t("cameras.name")), input) };
}

export function askName(camera, { onDone }) {
  const { input, node } = nameField(nameOf(camera));
  ask({
    title: t("cameras.rename"), parts: [node], yes: t("cameras.save"),
    run: () => changeCamera(camera.thing, { title: input.value }),
    done: () => t("cameras.saved", { name: input.value }), onDone,
  });
  input.focus();
}

export function askRegion(camera, { onDone }) {
  const hint = Object.assign(el("p", "form-words", t("cameras.region.words")), { id: "region-words" });
  const editor = createBoxEditor({ hint: hint.id, onChange() {} });
  const moment = { box: camera.region ?? WHOLE, address: "" };
  const whole = press("button", t("cameras.region.whole"), () => {
    moment.box = WHOLE;
    editor.show(moment);
  });
  editor.node.hidden = true;
  const { button, trouble } = ask({
    title: t("cameras.region.title", { name: nameOf(camera) }), className: "dialog-wide",
    parts: [hint, editor.node, el("div", "box-tools", whole)], yes: t("cameras.save"),
    run: () => changeCamera(camera.thing, { region: rounded(moment.box) }),
    done: () => t("cameras.saved", { name: nameOf(camera) }), onDone, onClose: () => URL.revokeObjectURL(moment.address),
  });
  button.disabled = whole.disabled = true;
  getPreview(camera.thing, {}).then(({ jpeg }) => {
    if (!jpeg) return setText(trouble, t("cameras.region.none"));
    moment.address = URL.createObjectURL(jpeg);
    editor.show(moment);
    editor.node.hidden = button.disabled = whole.disabled = false;
  });
}

export function askForget(camera, { onDone }) {
  ask({
    title: t("cameras.forget.title", { name: nameOf(camera) }),
    parts: [el("p", "form-words", t(camera.run_by ? "cameras.forget.added" : "cameras.forget.off"))],
    yes: t("cameras.forget"), main: "button-bad",
    run: () => forgetCamera(camera.thing),
    done: () => t("cameras.forgotten", { name: nameOf(camera) }), onDone,
  });
}
