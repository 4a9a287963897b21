// A conflict of two people's changes to an item: both texts, field by field, and the choices.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { detailOf, differences } from "./merge.js";

let count = 0;

const nameOf = (key) => detailOf(key) ?? t(`words.${key}`);

function side(who, text) {
  return el("div", `conflict-side conflict-${who}`, el("span", "conflict-who", t(`conflict.${who}`)),
    text ? el("p", "conflict-text", text) : el("p", "conflict-text conflict-none", t("conflict.none")));
}

const row = ({ key, one, other }) => el("li", "conflict-field",
  el("h4", "conflict-name", nameOf(key)), side("mine", one), side("theirs", other));

/** `onTake` and `onEdit` (with the first differing field's key) are its buttons; submitting keeps what was typed. */
export function createConflict({ onTake, onEdit }) {
  const heading = Object.assign(el("h3", "conflict-title", t("conflict.title")), { tabIndex: -1, id: `conflict-${count += 1}` });
  const fields = el("ul", "conflict-fields");
  fields.setAttribute("role", "list");
  const keep = el("button", "button button-main", t("conflict.keep"));
  const take = press("button", t("conflict.take"), onTake);
  const edit = press("button", t("conflict.edit"), () => onEdit(shown[0].key));
  const node = el("section", "conflict", heading, el("p", "", t("conflict.words")), fields, el("div", "conflict-end", keep, take, edit));
  node.setAttribute("aria-labelledby", heading.id);
  node.hidden = true;
  let shown = [];

  /** Draws the differences, and hides itself if there are none. */
  function draw(mine, theirs) {
    shown = differences(mine, theirs);
    fields.replaceChildren(...shown.map(row));
    node.hidden = shown.length === 0;
  }

  return {
    node,
    draw,
    get isOpen() { return !node.hidden; },
    open(mine, theirs) {
      draw(mine, theirs);
      heading.focus();
      node.scrollIntoView({ block: "nearest" });
    },
  };
}
