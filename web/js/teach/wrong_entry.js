// One wrong match in the list of corrections: the camera's picture, the wrong item, and the choice of the right one.

import { el, press, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { clockTime, t } from "../base/text.js";
import { names, others, titleOf } from "../live/match.js";
import { createItemSearch } from "./chooser.js";
import { seenPicture } from "./which_item.js";

/** `kept` is an entry of the pile. Gives {node, kept, item: the chosen one or null, refuse(words)}. */
export function createEntry(kept, { onChange, onRemove }) {
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const options = el("div", "options");
  const search = createItemSearch({ label: t("what.search"), onPick });
  search.node.hidden = true;
  const more = press("button option-more", t("correct.other"), () => turn(search.node.hidden));
  more.setAttribute("aria-expanded", "false");
  let item = null;

  function turn(open) {
    search.node.hidden = !open;
    more.setAttribute("aria-expanded", String(open));
    if (open) search.input.focus();
  }

  function addOption(each) {
    const radio = Object.assign(el("input"), { type: "radio", name: `correct-${kept.id}`, value: each.id });
    const take = () => { item = each; onChange(); };
    radio.addEventListener("change", take);
    options.append(el("label", "option", radio, picture(each.url, { width: 160 }).node, el("span", "option-title", titleOf(each))));
    return { radio, take };
  }

  /** An item that was searched for: one more option, and the chosen one. */
  function onPick(picked) {
    const { radio, take } = made.get(picked.id) ?? addOption(picked);
    made.set(picked.id, { radio, take });
    radio.checked = true;
    take();
    turn(false);
    radio.focus();
  }

  const made = new Map(others(kept).map((each) => [each.id, addOption(each)]));
  const legend = el("legend", "entry-title", t("what.taken", { title: names(kept) }));
  const where = el("p", "entry-where", `${clockTime(kept.captured_at)} · ${kept.thing}`);
  const node = el("li", "entry", seenPicture(kept.picture, kept.box) ?? el("div", "seen seen-none"),
    el("fieldset", "entry-words", legend, where, options, el("div", "entry-end", more, press("button button-quiet", t("correct.remove"), onRemove)),
      search.node, trouble));
  return { node, kept, get item() { return item; }, refuse: (words) => setText(trouble, words) };
}
