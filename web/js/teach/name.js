// The first stage of teaching: the moments of an item, and its name. Enter saves.

import { el, press, setHidden } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { t } from "../base/text.js";
import { titleOf } from "../live/match.js";
import { addItem, addViews, itemOfTitle } from "./calls.js";
import { createCapture } from "./capture.js";

/** The choice when the name is taken: further pictures of that item, or a second item of the same name. */
function createKnown({ onView, onSecond }) {
  const node = el("section", "known");
  node.hidden = true;
  return {
    node,
    show(item) {
      node.replaceChildren(picture(item.url, { width: 160 }).node,
        el("div", "known-words", el("p", "", t("teach.known", { title: titleOf(item) })),
          el("div", "known-ways", press("button button-main", t("teach.known.view"), () => onView(item)), press("button", t("teach.known.second"), onSecond))));
      node.hidden = false;
      node.querySelector("button").focus();
    },
  };
}

/** {node, focus, start, stop}; `onItem` and `onView` get the answer of the call that saved the moments. */
export function nameStage({ thing, mirror, onItem, onView }) {
  const input = Object.assign(el("input", "field-input"), { type: "text", autocomplete: "off", required: true, maxLength: 300 });
  const title = () => input.value.trim().replace(/\s+/g, " ");
  const { moments, words, send, save, stop } = createCapture({ thing, mirror, onSame: addTo });
  const known = createKnown({ onView: addTo, onSecond: () => save((chosen) => addItem(title(), chosen), onItem) });

  function addTo(item) {
    save((chosen) => addViews(item.id, chosen), onView);
  }

  const form = el("form", "form", el("label", "field", el("span", "field-name", t("teach.name")), input),
    known.node, ...words, el("div", "form-end", send));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!title()) return;
    save(async (chosen) => {
      const same = await itemOfTitle(title());
      if (!same) return addItem(title(), chosen);
      known.show(same);
      return null;
    }, onItem);
  });
  input.addEventListener("input", () => setHidden(known.node, true));
  // A phone's keyboard would hide the camera's picture.
  const handheld = matchMedia("(pointer: coarse)").matches;
  return { node: el("div", "item-room", moments.node, form), focus: handheld ? null : input, start: moments.look, stop };
}
