// Errors where they belong: beside the field that they are about, which gets the focus.

import { el } from "../base/dom.js";

// How the server's refusals begin (services/core/catalogue/items.py, domain.py and pillow_pictures.py).
const PLACES = {
  title: /^the title/, id: /^item id/, link: /^the link/,
  metadata: /^(metadata|\d+ metadata|there is more than one field|unknown field)/, picture: /picture|pixels|camera|frame/,
};
let count = 0;

/** A line for the trouble of a field; `field` is the node that it is about. */
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

/** Which field a refused call's answer is about, by the server's own words; `other` where no field. */
export function placeOf({ body }) {
  return Object.keys(PLACES).find((place) => PLACES[place].test(body?.detail ?? "")) ?? "other";
}
