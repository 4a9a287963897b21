// The embedded match (embed.html): one camera's answer in another site's page, which may frame it if a setting says so.
// #camera= and #fields= are those of the display view.

import { announce } from "../base/announce.js";
import { createClock } from "../base/clock.js";
import { byId } from "../base/dom.js";
import { fillStaticTexts, has, t } from "../base/text.js";
import { createCard } from "../display/card.js";
import { chosenFields } from "../display/fields.js";
import { createIdle } from "../display/idle.js";
import { bestKey, createHold } from "../live/hold.js";
import { shownTitle } from "../live/match.js";
import { isFresh, situation } from "../live/situation.js";
import { createState, selected } from "../live/state.js";
import { createNews } from "../live/updates.js";
import { tellHost } from "./host.js";

const TICK_MS = 500;
const PASSING = ["live", "resuming", "connecting", "first"];

const room = byId("embed");
const [state, clock, card, idle] = [createState(), createClock(), createCard(), createIdle()];
let drawn = null;
let spoken = "";

const hold = createHold(async (record) => () => {
  drawn = record;
  render();
});
const news = createNews({
  state, clock,
  timings: { opened() {}, received() {} }, // shown nowhere here
  thing: () => selected(state),
  on: { change: render, missed() {}, record: (record) => record.thing === selected(state) && record.matches.length && hold.offer(record) },
});

/** Says an answer once to a screen reader, and to the page around. */
function tell(record) {
  const key = record ? bestKey(record) : "";
  if (key === spoken) return;
  spoken = key;
  if (record) announce(record.verdict === "no_match" ? t("verdict.no_match") : `${t(`verdict.${record.verdict}`)}: ${shownTitle(record)}`);
  tellHost(record);
}

function render() {
  const thing = selected(state);
  if (drawn && drawn.thing !== thing) drawn = null;
  const nowMs = clock.now();
  const kind = situation({ state, thing, camera: state.cameras.get(thing), record: state.newest.get(thing), nowMs, elapsedMs: performance.now() });
  const answers = isFresh(drawn, nowMs);
  room.dataset.shows = answers ? "answer" : "idle";
  if (answers) card.show(drawn, chosenFields());
  else {
    const key = `notice.${kind}.title`;
    idle.say(!PASSING.includes(kind) && has(key) ? t(key, { thing: thing ?? "" }) : t("display.idle"), "");
  }
  tell(answers ? drawn : null);
  return kind;
}

fillStaticTexts();
room.append(card.node, idle.node);
setInterval(() => news.tick(render()), TICK_MS);
const turn = () => (document.hidden ? news.rest() : news.open());
document.addEventListener("visibilitychange", turn);
window.addEventListener("pagehide", () => news.rest());
turn();
