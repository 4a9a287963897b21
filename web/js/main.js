// Wires the page: the live view, the catalogue, and the parts that both share.

import { startWho } from "./access/who.js";
import { startActing } from "./acting/acting.js";
import { startAsk } from "./ask/ask.js";
import { getHealth } from "./base/api.js";
import { byId, el } from "./base/dom.js";
import { pause } from "./base/pause.js";
import { getPlace, onPlace, setPlace } from "./base/place.js";
import { refuseStrays } from "./base/stray.js";
import { loadStyle } from "./base/style.js";
import { fillStaticTexts, language, LANGUAGES, loadTexts, switchLanguage, t } from "./base/text.js";
import { startCatalogue } from "./catalogue/catalogue.js";
import { startFirst } from "./first/start.js";
import { startHelp } from "./help/help.js";
import { startLive } from "./live/live.js";
import { startWaiting } from "./review/waiting.js";
import { startTeaching } from "./teach/start.js";

/**
 * The views, each with what starts it when it is first shown. Live and catalogue say what is wrong while the server is
 * away, so they are here from the start; others are loaded then.
 */
const VIEWS = {
  live: () => {},
  catalogue: startCatalogue,
  history: async () => {
    const [{ startHistory }] = await Promise.all([import("./history/history.js"), loadStyle("css/history.css"), loadTexts("history")]);
    startHistory();
  },
  cameras: async () => {
    const [{ startCameras }] = await Promise.all([import("./cameras/cameras.js"), loadStyle("css/cameras.css"), loadTexts("cameras")]);
    startCameras();
  },
  review: async () => {
    const [{ startReview }] = await Promise.all([import("./review/review.js"), loadStyle("css/history.css"), loadTexts("history")]);
    startReview();
  },
  health: async () => {
    const [{ startHealth }] = await Promise.all([import("./health/health.js"), loadStyle("css/health.css"), loadTexts("health")]);
    startHealth();
  },
  keys: async () => {
    const [{ startAccess }] = await Promise.all([import("./access/access.js"), loadStyle("css/access.css"), loadTexts("access")]);
    startAccess();
  },
  display: async () => {
    const [{ startDisplay }] = await Promise.all([import("./display/display.js"), loadStyle("css/display.css")]);
    startDisplay();
  },
};
const FIRST = "live";
const AGAIN_MS = 4000;
const loaded = new Set();

fillStaticTexts();
startWho();
startLive();
startTeaching();
startActing();
startAsk();
startHelp();
startFirst();
startWaiting();
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
  start(view);
}

/** Starts a view; if its files cannot be had now, says so and begins again when the server answers. */
async function start(view) {
  try {
    await VIEWS[view]();
  } catch {
    byId(view).replaceChildren(el("p", "lost-view", `${t("notice.lost.title")}. ${t("notice.lost.next")}`));
    while (!(await getHealth())) await pause(AGAIN_MS);
    location.reload(); // a browser keeps the failure of a module for as long as the page is open
  }
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
