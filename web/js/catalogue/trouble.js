// Error messages beside the field that they concern, which gets the focus.

import { el } from "../base/dom.js";

// Beginnings of the server's refusals (services/core/catalogue/items.py, domain.py and pillow_pictures.py).
const PLACES = {
  title: /^the title/, id: /^item id/, link: /^the link/,
  metadata: /^(metadata|\d+ metadata|there is more than one field|unknown field)/, picture: /picture|pixels|camera|frame/,
};
let count = 0;

/** A line for the error of `field`, a node. */
export function createTrouble(field) {
  const node = el("p", "form-trouble");
  node.id = `trouble-${count += 1}`;
  node.hidden = true;
  return {
    node,
    show(text) {
      node.textContent = text;
      node.hidden = !text;
      if (!text) {
        field?.removeAttribute("aria-invalid");
        field?.removeAttribute("aria-describedby");
        return;
      }
      field?.setAttribute("aria-invalid", "true");
      field?.setAttribute("aria-describedby", node.id);
      field?.focus();
      node.scrollIntoView({ block: "nearest" });
    },
  };
}

/** The field that a refusal concerns, told by the server's words; `other` for none. */
export function placeOf({ body }) {
  return Object.keys(PLACES).find((place) => PLACES[place].test(body?.detail ?? "")) ?? "other";
}
