// The header: the camera and its state, whether the match on screen is live, and its age.

import { byId, el, setHidden, setText } from "../base/dom.js";
import { otherModelThan } from "./situation.js";
import { isOff, nameOf, things } from "./state.js";
import { has, t } from "../base/text.js";

const BADGES = { live: "live", connecting: "connecting", resuming: "connecting", starting: "connecting", loading: "loading", own: "connecting", lost: "lost" };

function stateWord(state, thing) {
  const camera = state.cameras.get(thing);
  if (state.own?.thing === thing && (!camera || camera.state === "offline")) return t("camera.starting");
  const key = `camera.${shownState(state, camera)}`;
  return has(key) ? t(key) : t("camera.unknown");
}

/** A camera's own state; a model that can't be compared matters more than that it is on. */
function shownState(state, camera) {
  return camera?.state === "online" && otherModelThan(state.health, camera) ? "other_model" : camera?.state;
}

function ageText(record, nowMs) {
  if (!record) return t("age.none");
  const s = Math.max(0, Math.floor((nowMs - Date.parse(record.captured_at)) / 1000));
  if (s < 60) return t("age.s", { n: s });
  return s < 3600 ? t("age.min", { n: Math.floor(s / 60) }) : t("age.h", { n: Math.floor(s / 3600) });
}

/** An option for each camera; those that are off stand together at the end. */
function optionsFor(state) {
  const all = things(state).map((thing) => {
    const option = el("option", "", `${nameOf(state, thing)} · ${stateWord(state, thing)}`);
    option.value = thing;
    return { option, off: isOff(state, thing) };
  });
  const [on, off] = [false, true].map((wanted) => all.filter((each) => each.off === wanted).map(({ option }) => option));
  if (!off.length || !on.length) return [...on, ...off];
  const group = el("optgroup", "camera-off", ...off);
  group.label = t("camera.group.off");
  return [...on, group];
}

export function createCameraBar({ onChoose }) {
  const [name, select, word, badge, age] = ["camera-name", "camera-select", "camera-state", "badge", "age"].map(byId);
  let labels = "";
  select.addEventListener("change", () => onChoose(select.value));

  function fillSelect(state, thing) {
    const options = optionsFor(state);
    const next = options.map((option) => option.textContent).join("\n");
    if (labels !== next) {
      labels = next;
      select.replaceChildren(...options);
    }
    if (select.value !== thing) select.value = thing;
  }

  return {
    render({ state, thing, camera, record, kind, nowMs }) {
      const several = things(state).length > 1;
      setHidden(select, !several);
      name.hidden = several;
      if (several) fillSelect(state, thing);
      setText(name, thing === null ? t("camera.none") : nameOf(state, thing));
      name.title = name.textContent;
      // The camera's state is not repeated while the server is lost; the select's options show it themselves.
      word.hidden = !thing || several || kind === "lost";
      setText(word, stateWord(state, thing));
      word.dataset.state = shownState(state, camera) ?? "unknown";
      badge.dataset.badge = state.paused ? "paused" : BADGES[kind] ?? "stale";
      setText(badge, t(`badge.${badge.dataset.badge}`));
      setText(age, ageText(record, nowMs));
    },
  };
}
