// The filters of the history: camera, day, verdict and item, kept in the address.

import { getCameras } from "../base/api.js";
import { el, press } from "../base/dom.js";
import { getPlace, setPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { localDate } from "./calls.js";

const VERDICTS = ["match", "unsure", "no_match"];
const NAMES = { camera: "of", day: "day", verdict: "verdict", item: "item" };

const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** What the address asks for; what it cannot mean is left out. */
export function wantedNow() {
  const read = (name) => getPlace(NAMES[name]) ?? "";
  return {
    camera: read("camera"),
    day: isDay(read("day")) ? read("day") : "",
    verdict: VERDICTS.includes(read("verdict")) ? read("verdict") : "",
    item: read("item"),
  };
}

export const want = (name, value) => setPlace(NAMES[name], value || null);

function choice(name, label, options) {
  const node = el("select", "camera-select");
  node.setAttribute("aria-label", label);
  node.append(...options.map(([value, words]) => new Option(words, value)));
  node.addEventListener("change", () => want(name, node.value));
  return node;
}

/** Gives a select an option that it lacks, as the camera of an old showing. */
function choose(node, value) {
  if (![...node.options].some((option) => option.value === value)) node.append(new Option(value, value));
  node.value = value;
}

export function createFilters() {
  const camera = choice("camera", t("history.camera"), [["", t("history.camera.all")]]);
  const verdict = choice("verdict", t("history.verdict"), [["", t("history.verdict.all")], ...VERDICTS.map((each) => [each, t(`verdict.${each}`)])]);
  const day = Object.assign(el("input", "camera-select history-day"), { type: "date", max: localDate() });
  day.setAttribute("aria-label", t("history.day"));
  day.addEventListener("change", () => want("day", day.value));
  const item = press("button history-item", "", () => want("item", ""));
  const clear = press("button button-quiet", t("history.clear"), () => Object.keys(NAMES).forEach((name) => want(name, "")));
  const node = el("search", "history-filters", camera, day, verdict, item, clear);
  node.setAttribute("aria-label", t("history.filters"));

  return {
    node,
    /** Shows what is wanted; `titleOf` gives the title of an item. */
    show(wanted, titleOf) {
      choose(camera, wanted.camera);
      verdict.value = wanted.verdict;
      if (day.value !== wanted.day) day.value = wanted.day;
      item.hidden = !wanted.item;
      item.textContent = t("history.item", { title: titleOf(wanted.item) });
      clear.hidden = !Object.values(wanted).some(Boolean);
    },
    async readCameras() {
      const known = new Set([...camera.options].map((option) => option.value));
      for (const { thing } of (await getCameras()) ?? []) if (!known.has(thing)) camera.append(new Option(thing, thing));
    },
  };
}
