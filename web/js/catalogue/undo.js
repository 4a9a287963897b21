// What was just changed in the catalogue, with its way back.

import { t } from "../base/text.js";
import { tellUndoable } from "../base/undo.js";
import { refusal, undo } from "./calls.js";

/** `key` is the text of what was done to the item of that `title`; `onUndone` gets the item as it is then. */
export function tellChange({ key, title, token, onUndone }) {
  tellUndoable(t(key, { title }), {
    label: t("catalogue.undo"),
    takeBack: () => undo(token),
    undone(item) {
      onUndone(item);
      return t("catalogue.undone", { title });
    },
    refused: refusal,
  });
}
