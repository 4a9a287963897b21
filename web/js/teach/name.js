// The first stage of teaching: the camera's picture, and the item's name. Enter takes the picture.

import { el, press, setHidden, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";
import { titleOf } from "../live/match.js";
import { addItem, addView, itemOfTitle, teachRefusal } from "./calls.js";

/** The choice when the name is taken: a further picture of that item, or a second item of the same name. */
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

/** {node, focus}; `onItem` and `onView` get the answer of the call that took the picture. */
export function nameStage({ mirror, onItem, onView }) {
  const input = Object.assign(el("input", "field-input"), { type: "text", autocomplete: "off", required: true, maxLength: 300 });
  const send = el("button", "button button-main", t("teach.take"));
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  let busy = false;

  /** Takes one picture at a time; an error is shown, and the person can try again. */
  async function work(make, take) {
    if (busy) return;
    busy = true;
    setText(trouble, "");
    setText(send, t("teach.taking"));
    const answer = await make();
    busy = false;
    setText(send, t("teach.take"));
    if (answer?.ok) take(answer);
    else if (answer) setText(trouble, teachRefusal(answer));
  }

  const title = () => input.value.trim().replace(/\s+/g, " ");
  const add = () => addItem(title(), live.now().thing);
  const known = createKnown({
    onView: (item) => work(() => addView(item.id, live.now().thing), onView),
    onSecond: () => work(add, onItem),
  });

  const node = el("form", "form", mirror.node, el("p", "teach-hold", t("teach.hold")),
    el("label", "field", el("span", "field-name", t("teach.name")), input), known.node, trouble, el("div", "form-end", send));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!title()) return;
    work(async () => {
      const same = await itemOfTitle(title());
      if (!same) return add();
      known.show(same);
      return null;
    }, onItem);
  });
  input.addEventListener("input", () => setHidden(known.node, true));
  return { node, focus: input };
}
