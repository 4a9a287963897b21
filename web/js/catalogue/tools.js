// The line over the grid: number of items, filter, and buttons to add items.

import { el, press } from "../base/dom.js";
import { getPlace, setPlace } from "../base/place.js";
import { t, tCount } from "../base/text.js";

const SETTLED_MS = 250;

function createFilter({ onText }) {
  const input = Object.assign(el("input", "field-input"), { type: "search", maxLength: 200, placeholder: t("catalogue.filter.hint"), enterKeyHint: "search" });
  input.setAttribute("aria-label", t("catalogue.filter"));
  input.setAttribute("aria-keyshortcuts", "/");
  input.value = getPlace("text") ?? "";
  const clear = press("button filter-clear dialog-shut", "", () => {
    input.value = "";
    input.focus();
    take();
  });
  clear.setAttribute("aria-label", t("catalogue.filter.clear"));
  let timer = 0;
  const show = () => { clear.hidden = input.value === ""; };
  const take = () => {
    clearTimeout(timer);
    show();
    setPlace("text", input.value.trim() || null);
    onText(input.value.trim());
  };
  input.addEventListener("input", () => {
    show();
    clearTimeout(timer);
    timer = setTimeout(take, SETTLED_MS);
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && take());
  show();
  const node = el("search", "filter", input, clear);
  return {
    node,
    focus: () => input.select(),
    get text() { return input.value.trim(); },
    set text(text) {
      input.value = text;
      show();
    },
  };
}

export function createTools({ onText, onAdd, onImport }) {
  const count = el("p", "catalogue-count");
  count.setAttribute("role", "status");
  const filter = createFilter({ onText });
  const node = el("div", "catalogue-head",
    el("div", "catalogue-title", el("h2", "", t("nav.catalogue")), count),
    filter.node,
    el("p", "needs-note", t("access.view_only")),
    el("div", "catalogue-ways", press("button button-main needs-staff", t("catalogue.add"), onAdd), press("button needs-staff", t("catalogue.import"), onImport), press("button", t("health.open"), () => setPlace("view", "health", { push: true }))));

  return {
    node,
    filter,
    /** `shown` items were read, `all` says whether these are all; `total` is the index's number, null if unknown. */
    tell({ shown, all, text, total }) {
      const words = () => {
        if (text) return all ? tCount("catalogue.found", shown) : t("catalogue.found.more", { n: shown });
        if (all) return tCount("catalogue.items", shown);
        return total > shown ? tCount("catalogue.items", total) : "";
      };
      const told = words();
      if (count.textContent !== told) count.textContent = told;
    },
  };
}
