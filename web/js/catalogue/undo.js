// The latest change of the catalogue, with its undo button.

import { t } from "../base/text.js";
import { tellUndoable } from "../base/undo.js";
import { refusal, undo } from "./calls.js";

/** `key` is the text that says what was done to the item of that `title`, and with which `others`; `onUndone` gets the restored item. */
export function tellChange({ key, title, others = "", token, onUndone }) {
  tellUndoable(t(key, { title, others }), {
    label: t("catalogue.undo"),
    takeBack: () => undo(token),
    undone(item) {
      onUndone(item);
      return t("catalogue.undone", { title });
    },
    refused: refusal,
  });
}
