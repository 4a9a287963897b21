// The line that says what was just changed, and takes it back.

import { toast } from "../base/toast.js";
import { t } from "../base/text.js";
import { refusal, undo } from "./calls.js";

/** `key` is the text of what was done to the item of that `title`; `onUndone` gets the item as it is then. */
export function tellChange({ key, title, token, onUndone }) {
  toast(t(key, { title }), { action: { label: t("catalogue.undo"), async run() {
    const answer = await undo(token);
    if (answer.ok) onUndone(answer.body);
    toast(answer.ok ? t("catalogue.undone", { title }) : refusal(answer));
  } } });
}
