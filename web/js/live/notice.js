// The notice in place of a live match: the situation, its cause, and the next step.

import { byId, el, releaseFocus, setHidden, setText } from "../base/dom.js";
import { setPlace } from "../base/place.js";
import { has, setRich, t } from "../base/text.js";
import { inOurWords } from "../base/told.js";
import { CAMERA_TROUBLE, failingChecks, otherModelThan } from "./situation.js";
import { FRAMES_OVER_MQTT } from "./state.js";

const QUIET = ["live", "resuming"];
const teachers = [];

/** `run` is the action of the empty catalogue's button "Teach". */
export const onTeach = (run) => teachers.push(run);

const ACTIONS = {
  add: { run: () => setPlace("view", "catalogue", { push: true }) },
  teach: { run: () => teachers.forEach((run) => run()), when: ({ camera }) => teachers.length && camera?.state === "online" },
  own: { run: () => byId("own").click(), when: ({ state, camera }) => !state.own && camera?.state !== "online" },
  // The card has its own button for this.
  key: { run: () => byId("key-ask").click(), when: () => byId("best").hidden && !byId("key-ask").hidden },
};
/** Next steps that have a button. */
const STEPS = { empty: ["add", "teach", "own"], waiting: ["own"], offline: ["own"], no_camera: ["own"] };

const failingNames = (health) => failingChecks(health).map(([name]) => t(`check.${name}`)).join(", ");

/** What does not answer, in a sentence each; the system's own words stand behind "Details". */
const failingWords = (health) => failingChecks(health).map(([name]) => t(`failing.${name}`)).join(" ");

/** The system's own words about what is wrong: addresses, models and errors, for whoever looks for the fault. */
function detailWords({ kind, state, camera }) {
  if (kind === "failing" || kind === "starting") {
    return failingChecks(state.health).filter(([, { detail }]) => detail).map(([name, { detail }]) => `${t(`check.${name}`)}: ${inOurWords(detail)}`).join("\n");
  }
  if (kind !== "other_model") return "";
  const models = t("notice.other_model.models", { own: camera.model, model: otherModelThan(state.health, camera) });
  return camera.model_trouble ? `${models}\n${inOurWords(camera.model_trouble)}` : models;
}

function title({ kind, thing: known, camera }) {
  const thing = camera?.title ?? known;
  const s = camera?.clock_offset_s;
  if (kind === "clock_wrong" && s) return t("notice.clock_wrong.by", { thing, n: Math.abs(Math.round(s)) });
  return t(`notice.${kind}.title`, { thing });
}

/** The next step; a camera whose frames come from elsewhere has to be fixed there. */
function nextKey(kind, camera) {
  const remote = `notice.${kind}.next.frames`;
  return camera?.source === FRAMES_OVER_MQTT && has(remote) ? remote : `notice.${kind}.next`;
}

function bannerText({ state, kind }) {
  if (kind === "lost") {
    const { retryAt } = state.connection;
    return retryAt === null ? t("lost.now") : t("lost.wait", { n: Math.max(1, Math.ceil((retryAt - Date.now()) / 1000)) });
  }
  if (["failing", "starting"].includes(kind)) return ""; // the notice says it
  if (!failingChecks(state.health).length) return state.health?.checks?.index?.overloaded ? t("overloaded.banner") : "";
  return t("failing.banner", { checks: failingNames(state.health) });
}

function reasonWords({ kind, state, thing, camera }) {
  if (kind === "failing" || kind === "starting") return failingWords(state.health);
  // Teaching needs a camera.
  if (kind === "empty" && CAMERA_TROUBLE.includes(camera?.state)) {
    const trouble = title({ kind: camera.state, thing, camera });
    return camera.reason ? `${trouble}: ${inOurWords(camera.reason)}` : trouble;
  }
  if (kind === "other_model") return t("notice.other_model.reason");
  return camera?.state === kind && camera.reason ? inOurWords(camera.reason) : "";
}

/** The buttons of the next steps; unchanged ones stay the same nodes, under a pointer that is about to press. */
function createSteps() {
  const room = byId("notice-actions");
  let shown = "";

  return function render(view) {
    const names = [...(STEPS[view.kind] ?? []), "key"].filter((name) => ACTIONS[name].when?.(view) ?? true);
    if (names.join() === shown) return;
    shown = names.join();
    releaseFocus(room);
    room.replaceChildren(...names.map((name, i) => {
      const button = el("button", i ? "button" : "button button-main", t(`step.${name}`));
      button.type = "button";
      button.addEventListener("click", ACTIONS[name].run);
      return button;
    }));
  };
}

/** `onNotice(title)` is called when a new notice appears, to have it read out. */
export function createNotice({ onRetry, onNotice }) {
  const [box, heading, reason, next] = ["notice", "notice-title", "notice-reason", "notice-next"].map(byId);
  const [fold, detail] = ["notice-details", "notice-detail"].map(byId);
  const [banner, bannerWords, retry] = ["banner", "banner-text", "banner-retry"].map(byId);
  const renderSteps = createSteps();
  retry.addEventListener("click", onRetry);
  let shown = "";

  return {
    render(view) {
      const { kind, state, camera, record } = view;
      setText(bannerWords, bannerText(view));
      setHidden(banner, !bannerWords.textContent);
      banner.dataset.kind = kind;
      setHidden(retry, kind !== "lost");

      // With a last match on screen only the banner says that the server is lost; a paused page stays as it is.
      setHidden(box, QUIET.includes(kind) || (Boolean(record) && (kind === "lost" || state.paused)));
      const words = box.hidden ? bannerWords.textContent && kind : title(view);
      const still = state.paused && !words;
      if (words !== shown && kind !== "resuming" && !still) { // resuming passes in a moment, and its result is then announced
        onNotice((box.hidden && bannerWords.textContent) || words || t("badge.live"));
        shown = words;
      }
      if (box.hidden) return;
      box.dataset.kind = kind;
      setText(heading, words);
      setText(reason, reasonWords(view));
      reason.hidden = !reason.textContent;
      setText(detail, detailWords(view));
      setHidden(fold, !detail.textContent);
      const step = t(nextKey(kind, camera), { thing: view.thing, model: otherModelThan(state.health, camera) });
      if (next.dataset.step !== step) setRich(next, step);
      next.dataset.step = step;
      renderSteps(view);
    },
  };
}
