// The quiet line at the foot: how firm the answer is, how long the last frame took by stage, how fast, by which model.

import { byId, el } from "../base/dom.js";
import { t, tCount } from "../base/text.js";

const STAGES = ["capture", "embed", "transport", "search"];
const REFRESH_MS = 1000; // figures that change ten times a second cannot be read

const ms = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));

/** Over how many frames the answer was agreed, and by how much it leads; older records tell neither. */
function answerWords({ frames, margin, matches, verdict } = {}) {
  const points = Math.round(margin * 100);
  // Of guesses that are all wrong, it does not matter which leads.
  const leads = Number.isFinite(margin) && matches.length > 1 && verdict !== "no_match";
  return [
    frames > 0 ? tCount("details.frames", frames) : null,
    leads ? (points > 0 ? tCount("details.margin", points) : t("details.margin.none")) : null,
  ].filter(Boolean).join(", ");
}

function entries({ camera, record, health }) {
  const timings = record?.timings_ms ?? {};
  const stages = STAGES.filter((stage) => Number.isFinite(timings[stage])).map((stage) => t(`details.${stage}`, { n: ms(timings[stage]) }));
  const items = health?.checks?.index?.items;
  return [
    ["answer", answerWords(record)],
    ["frame", stages.length ? `${stages.join(" · ")} ${t("details.ms")}` : null],
    ["source", camera?.source],
    ["fps", Number.isFinite(camera?.fps) ? camera.fps.toFixed(1) : null],
    ["provider", camera?.provider?.replace("ExecutionProvider", "")],
    ["model", record?.model ?? camera?.model],
    ["items", Number.isFinite(items) ? String(items) : null],
  ].filter(([, value]) => value);
}

export function createDetails() {
  const list = byId("details");
  let drawnAt = -Infinity;

  return {
    render({ state, camera, record }) {
      if (list.children.length > 1 && performance.now() - drawnAt < REFRESH_MS) return;
      drawnAt = performance.now();
      list.replaceChildren(...entries({ camera, record, health: state.health }).map(([name, value]) =>
        el("div", "", el("dt", "", t(`details.${name}`)), el("dd", `details-${name}`, value))));
    },
    /** For another camera: its figures are due at once. */
    clear() {
      drawnAt = -Infinity;
    },
  };
}
