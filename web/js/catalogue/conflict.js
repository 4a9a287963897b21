// Two people have changed one item: both texts, field by field, and what may be done about them.

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

/** `onTake` and `onEdit`, which gets the key of the first field that differs, are its buttons; the form's own submit keeps what was typed. */
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

  /** Draws what differs, and hides itself where nothing does. */
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
