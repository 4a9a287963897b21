// The words that are typed over an item which others may change meanwhile.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { createConflict } from "./conflict.js";
import { merge, sameWords } from "./merge.js";

/** `words` are the fields. `node` shows both texts, where somebody else's and what was typed differ. */
export function createSharedWords({ item, words }) {
  let [read, typed] = [item, null]; // the item that the words were typed over, and the words that gave way to it
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
    /** Draws what differs after a key was pressed in a field. */
    draw,
    get revision() { return read.revision; },
    /** The item of another revision: true if only its pictures are other ones, so that the words are still those that were read. */
    seen(now) {
      if (!sameWords(now, read)) return false;
      read = now;
      return true;
    },
    /** Puts what was typed over the item as it is now; true if a person has to choose between the two. */
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
