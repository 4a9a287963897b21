// A picture with a box around the item, which a person moves and resizes by pointer, by keys or by buttons.

import { el, press, setText } from "../base/dom.js";
import { percent, t } from "../base/text.js";
import { placeOf, putBox } from "../live/viewfinder.js";
import { gripAt, LOWER_RIGHT, pull, scale, WHOLE_BOX } from "./box.js";

const STEP = 0.02; // of the picture, for each press of a key
const SMALLER = 0.9;
const REACH_PX = { mouse: 10, pen: 14, touch: 22 };
const REST_MS = 500; // a place that is read out at each step of a held key cannot be followed
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
const CURSORS = { "0,0": "move", "0,-1": "ns-resize", "0,1": "ns-resize", "-1,0": "ew-resize", "1,0": "ew-resize",
  "-1,-1": "nwse-resize", "1,1": "nwse-resize", "-1,1": "nesw-resize", "1,-1": "nesw-resize" };

/** Keys of the box, for the help. */
export const BOX_KEYS = [["← ↑ → ↓", "help.box.move"], ["Shift ← ↑ → ↓", "help.box.size"]];

const inWords = (box) => t("box.at", { place: placeOf(box), width: percent(box[2]), height: percent(box[3]) });

/**
 * {node, show(moment)}: the picture of one moment with its `box`; `hint` is the id of the words that explain it, and
 * `onChange()` is called after each change of the box.
 */
export function createBoxEditor({ hint, onChange }) {
  const image = Object.assign(el("img"), { alt: t("what.seen"), draggable: false });
  const mark = Object.assign(el("span", "viewfinder-box box"), { tabIndex: 0 });
  mark.setAttribute("role", "application"); // so that a screen reader leaves the arrow keys to it
  mark.setAttribute("aria-roledescription", t("box.kind"));
  mark.setAttribute("aria-describedby", hint);
  const frame = el("div", "asked-frame box-frame", image, mark);
  const place = el("p", "unseen");
  place.setAttribute("role", "status");
  let moment = null;
  let drag = null; // {from, box, grip} while a pointer is down
  let timer = 0;

  function set(box) {
    moment.box = box;
    putBox(mark, box);
    mark.setAttribute("aria-label", `${t("box.label")}, ${inWords(box)}`);
    onChange();
    clearTimeout(timer);
    timer = setTimeout(() => setText(place, inWords(box)), REST_MS);
  }

  function at({ clientX, clientY, pointerType }) {
    const { left, top, width, height } = frame.getBoundingClientRect();
    const reach = REACH_PX[pointerType] ?? REACH_PX.mouse;
    return { point: [(clientX - left) / width, (clientY - top) / height], reach: [reach / width, reach / height] };
  }

  const gripOf = (event) => {
    const { point, reach } = at(event);
    return { point, grip: gripAt(moment.box, point, reach) };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    mark.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    const { point, grip } = gripOf(event);
    if (grip.off.some(Boolean)) set(pull(moment.box, grip, grip.off));
    drag = { from: point, box: moment.box, grip };
  });
  frame.addEventListener("pointermove", (event) => {
    const { point, grip } = gripOf(event);
    if (drag) set(pull(drag.box, drag.grip, [point[0] - drag.from[0], point[1] - drag.from[1]]));
    else frame.style.cursor = CURSORS[`${grip.across},${grip.down}`];
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { drag = null; });
  mark.addEventListener("keydown", (event) => {
    const by = ARROWS[event.key];
    if (!by || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    set(pull(moment.box, event.shiftKey ? LOWER_RIGHT : WHOLE_BOX, by));
  });
  image.addEventListener("load", () => frame.style.setProperty("--shape", image.naturalWidth / image.naturalHeight));

  const tools = [["box.smaller", SMALLER], ["box.larger", 1 / SMALLER]].map(([key, by]) =>
    press("button", t(key), () => set(scale(moment.box, by))));
  return {
    node: el("div", "box-room", frame, place, el("div", "box-tools", ...tools)),
    show(shown) {
      moment = shown;
      image.src = moment.address;
      putBox(mark, moment.box);
      mark.setAttribute("aria-label", `${t("box.label")}, ${inWords(moment.box)}`);
    },
  };
}
