// Wires the page: the live view, the catalogue, and the parts that both share.

import { startActing } from "./acting/acting.js";
import { startAsk } from "./ask/ask.js";
import { byId, el } from "./base/dom.js";
import { getPlace, onPlace, setPlace } from "./base/place.js";
import { refuseStrays } from "./base/stray.js";
import { loadStyle } from "./base/style.js";
import { fillStaticTexts, language, LANGUAGES, switchLanguage } from "./base/text.js";
import { startHelp } from "./help/help.js";
import { startLive } from "./live/live.js";
import { startTeaching } from "./teach/start.js";

/** The views; each but the first is loaded when it is first shown, with a style sheet of its own if it has one. */
const VIEWS = {
  live: () => {},
  catalogue: async () => (await import("./catalogue/catalogue.js")).startCatalogue(),
  display: async () => {
    const [{ startDisplay }] = await Promise.all([import("./display/display.js"), loadStyle("css/display.css")]);
    startDisplay();
  },
};
const FIRST = "live";
const loaded = new Set();

fillStaticTexts();
startLive();
startTeaching();
startActing();
startAsk();
startHelp();
refuseStrays();

/** Shows the view that the address names, by default the first. */
function turn() {
  const asked = getPlace("view");
  const view = Object.hasOwn(VIEWS, asked ?? "") ? asked : FIRST;
  document.body.dataset.page = view;
  for (const link of document.querySelectorAll("[data-view-link]")) {
    if (link.dataset.viewLink === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (loaded.has(view)) return;
  loaded.add(view);
  VIEWS[view]();
}

for (const link of document.querySelectorAll("[data-view-link]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    setPlace("view", link.dataset.viewLink === FIRST ? null : link.dataset.viewLink, { push: true });
  });
}
onPlace(turn);
turn();

// The link's own address would replace the camera's name after the #.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("main").focus();
});

const languages = byId("language");
languages.append(...Object.entries(LANGUAGES).map(([tag, name]) => Object.assign(el("option", "", name), { value: tag, lang: tag })));
languages.value = language;
languages.addEventListener("change", () => switchLanguage(languages.value));
