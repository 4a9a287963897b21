// A camera of the wall: its picture, name and state, and what can be done with it.

import { el, press, setText } from "../base/dom.js";
import { setPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { createPreview } from "../live/preview.js";
import { askForget, askName, askRegion } from "./edit.js";
import { nameOf, stateWords, whyOff } from "./words.js";

const REST_MS = 1500; // between pictures: many cameras share the line

function watch(thing) {
  setPlace("camera", thing);
  setPlace("view", null, { push: true });
}

/** {node, set(camera, edges), see(yes), again()}; `onDone` is called after a change. */
export function createCard({ onDone, refused }) {
  let camera = null;
  const frame = el("div", "wall-frame");
  const [name, state, why, where] = [el("h3", "wall-name"), el("span", "wall-state"), el("p", "wall-why"), el("p", "wall-where")];
  const own = [
    press("button", t("cameras.rename"), () => askName(camera, { onDone })),
    press("button", t("cameras.region"), () => askRegion(camera, { onDone })),
  ];
  const forget = press("button", t("cameras.forget"), () => askForget(camera, { onDone }));
  const look = press("button", t("cameras.watch"), () => watch(camera.thing));
  const buttons = [look, ...own, forget];
  const node = el("li", "wall-camera", frame,
    el("div", "wall-words", el("div", "wall-line", name, state), where, why), el("div", "wall-ways", ...buttons));
  const preview = createPreview({ restMs: () => REST_MS, refused, show: draw });
  let seen = false;

  function draw(image) {
    frame.replaceChildren(image ?? el("span", "wall-none", t("cameras.nopicture")));
  }

  function follow() {
    preview.watch(seen && camera && ["online", "clock_wrong"].includes(camera.state) ? camera.thing : null);
  }

  draw(null);
  return {
    node,
    set(newer, edges) {
      camera = newer;
      node.dataset.thing = camera.thing;
      setText(name, nameOf(camera));
      name.title = nameOf(camera) === camera.thing ? "" : camera.thing;
      setText(state, stateWords(camera));
      state.dataset.state = camera.state;
      setText(why, whyOff(camera, edges));
      why.hidden = !why.textContent;
      setText(where, [camera.source, camera.run_by && t("cameras.by", { edge: camera.run_by })].filter(Boolean).join(" · "));
      where.hidden = !where.textContent;
      own.forEach((button) => { button.hidden = !camera.run_by; });
      forget.hidden = !camera.run_by && camera.state !== "offline";
      // Of several buttons of one word each says whose it is.
      buttons.forEach((button) => button.setAttribute("aria-label", `${button.textContent}: ${nameOf(camera)}`));
      if (camera.state === "offline") draw(null);
      follow();
    },
    /** Follows the camera while its card can be seen. */
    see(yes) {
      seen = yes;
      follow();
    },
    again: () => preview.again(),
  };
}
