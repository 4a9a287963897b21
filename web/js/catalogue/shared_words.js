// The words typed for an item that others may change meanwhile.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { createConflict } from "./conflict.js";
import { merge, sameWords } from "./merge.js";

/** `words` are the fields; `node` shows both texts where the typed and the stored one differ. */
export function createSharedWords({ item, words }) {
  let [read, typed] = [item, null]; // the item as it was read, and typed words that were given up for another's
  const conflict = createConflict({ onTake: takeTheirs, onEdit: words.focus });
  const taken = Object.assign(el("p", "conflict-taken"), { role: "status" });

  function takeTheirs() {
    typed = words.typed();
    words.begin(read);
    draw();
    taken.replaceChildren(t("conflict.taken"), press("button", t("conflict.back"), takeBack));
    words.title.focus();
  }

  function takeBack() {
    words.fill(typed);
    taken.replaceChildren();
    conflict.open(words.typed(), read);
  }

  function draw() {
    if (conflict.isOpen) conflict.draw(words.typed(), read);
  }

  return {
    node: el("div", "conflict-room", conflict.node, taken),
    /** Draws the differences again after a key press in a field. */
    draw,
    get revision() { return read.revision; },
    /** Takes an item of another revision if only its pictures differ; true then: the words read are still current. */
    seen(now) {
      if (!sameWords(now, read)) return false;
      read = now;
      return true;
    },
    /** Merges the typed words into the item as it is now; true if a person has to choose between two texts. */
    putOver(now) {
      const mine = merge({ read, typed: words.typed(), now });
      const differ = !sameWords(mine, now);
      read = now;
      words.begin(now);
      words.fill(mine);
      taken.replaceChildren();
      return differ;
    },
    ask: () => conflict.open(words.typed(), read),
  };
}
