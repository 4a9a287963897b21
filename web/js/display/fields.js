// Which of an item's details the display shows: in the address, so that a screen can be bookmarked with them.

import { el } from "../base/dom.js";
import { getPlace, setPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { fieldName } from "../live/match.js";
import { CONFIDENCE } from "./card.js";

const DEFAULT = ["category", "price"];
const HIDDEN = ["currency"]; // a part of the price

/** The chosen fields, in their order. */
export function chosenFields() {
  const chosen = getPlace("fields");
  return chosen === null ? DEFAULT : chosen.split(",").filter(Boolean);
}

const known = new Set([...DEFAULT, CONFIDENCE]);

/** Remembers which details the catalogue's items have, to offer them. */
export function learn({ matches }) {
  for (const { metadata } of matches) Object.keys(metadata ?? {}).filter((name) => !HIDDEN.includes(name)).forEach((name) => known.add(name));
}

const label = (name) => (name === CONFIDENCE ? t("score.label") : fieldName(name));

/** Boxes to tick, one a field. */
export function createChoice() {
  const boxes = [...new Set([...chosenFields(), ...known])].map((name) => {
    const box = Object.assign(el("input"), { type: "checkbox", value: name, checked: chosenFields().includes(name) });
    return { box, node: el("label", "field-check", box, el("span", "", label(name))) };
  });
  const node = el("fieldset", "display-choice", el("legend", "field-name", t("display.fields")), ...boxes.map((each) => each.node));
  node.addEventListener("change", () => {
    const chosen = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value).join(",");
    setPlace("fields", chosen === DEFAULT.join(",") ? null : chosen);
  });
  return node;
}
