// Facts for whoever looks for a fault, shown in the help: agreeing frames, source and rate, model and index.

import { el } from "../base/dom.js";
import { t, tCount, tenths } from "../base/text.js";
import { inOurWords } from "../base/told.js";
import { FRAMES_OVER_MQTT } from "./state.js";

const REFRESH_MS = 1000; // figures that change ten times a second cannot be read

/** The number of frames that agree on the answer, and its lead over the next; older records have neither, and a page may be paused before the first. */
function answerWords(record) {
  const { frames, margin, matches, verdict } = record ?? {};
  const points = Math.round(margin * 100);
  // The lead of a "no match" means nothing.
  const leads = Number.isFinite(margin) && matches.length > 1 && verdict !== "no_match";
  return [
    frames > 0 ? tCount("details.frames", frames) : null,
    leads ? (points > 0 ? tCount("details.margin", points) : t("details.margin.none")) : null,
  ].filter(Boolean).join(", ");
}

/** The number of items that the search knows, and the store's change that it has read. */
function indexWords({ items, cursor } = {}) {
  return Number.isFinite(items) ? t("details.index.of", { items: tCount("details.items", items), version: cursor }) : null;
}

/** How the nearest items are found, at what size, and how well as far as it was measured. */
function knnWords({ knn } = {}) {
  if (!knn) return null;
  const { kind, vectors, recall, rate } = knn;
  const isApproximate = kind !== "exact" && Number.isFinite(recall);
  return [
    t(`details.knn.${kind}`),
    tCount("details.knn.vectors", vectors),
    isApproximate ? t("details.knn.recall", { share: tenths(recall) }) : null,
    Number.isFinite(rate) ? tCount("details.knn.rate", Math.round(rate)) : null,
  ].filter(Boolean).join(", ");
}

function entries({ state, camera, record }) {
  return [
    ["answer", answerWords(record)],
    ["connection", state.connection.phase === "polling" ? t("details.polling") : null],
    ["fps", Number.isFinite(camera?.fps) ? camera.fps.toFixed(1) : null],
    ["model", record?.model ?? camera?.model],
    ["model_trouble", camera?.model_trouble ? inOurWords(camera.model_trouble) : null],
    ["index", indexWords(state.health?.checks?.index)],
    ["knn", knnWords(state.health?.checks?.index)],
    ["provider", camera?.provider?.replace("ExecutionProvider", "")],
    ["source", camera?.source === FRAMES_OVER_MQTT ? t("details.source.frames") : camera?.source],
  ].filter(([, value]) => value);
}

export function createDetails() {
  const list = el("dl", "details");
  let drawnAt = -Infinity;

  return {
    node: list,
    render(facts) {
      if (!list.isConnected) return;
      if (list.children.length > 1 && performance.now() - drawnAt < REFRESH_MS) return;
      drawnAt = performance.now();
      list.replaceChildren(...entries(facts).map(([name, value]) =>
        el("div", "", el("dt", "", t(`details.${name}`)), el("dd", `details-${name}`, value))));
    },
    /** Starts over for another camera, whose figures are drawn at once. */
    clear() {
      drawnAt = -Infinity;
    },
  };
}
