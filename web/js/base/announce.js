// Tells a screen reader the best match once it has stayed: passing ones would talk over each other.

import { byId } from "./dom.js";

const SETTLED_MS = 800;
let timer = 0;

export function announce(text) {
  clearTimeout(timer);
  timer = setTimeout(() => { byId("announce").textContent = text; }, SETTLED_MS);
}
