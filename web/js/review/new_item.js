// The dialog that makes a new item of what the camera saw.

import { openDialog } from "../base/dialog.js";
import { el } from "../base/dom.js";
import { keyedPicture } from "../base/keyed_picture.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";
import { picturePath } from "../history/calls.js";

/** `add(title)` makes it, and gives the answer of a call that was refused, or null. */
export function askNewItem(showing, { add }) {
  const input = Object.assign(el("input", "field-input"), { type: "text", autocomplete: "off", required: true, maxLength: 300 });
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const send = el("button", "button button-main", t("review.new.add"));
  const form = el("form", "form", el("div", "review-new", keyedPicture(picturePath(showing)), el("p", "form-words", t("review.new.words"))),
    el("label", "field", el("span", "field-name", t("teach.name")), input), trouble, el("div", "form-end", send));
  const dialog = openDialog({ title: t("review.new.title"), content: form });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = input.value.trim();
    if (!title || send.disabled) return;
    send.disabled = true;
    const refused = await add(title);
    send.disabled = false;
    if (refused) trouble.textContent = refusal(refused);
    else dialog.close();
  });
  input.focus();
}
