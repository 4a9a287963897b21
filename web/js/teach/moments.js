// The moments of an item that is turned before a camera: taken for two seconds, shown with a box each, left out or kept.

import { el, press, setText } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { isBox, putBox } from "../live/viewfinder.js";
import { createBoxEditor } from "./box_editor.js";
import { momentsRefusal, takeMoments } from "./calls.js";

const TURN_MS = 2000;
const STEP_MS = 200;
const HINT = "moments-hint";
const WHOLE_PICTURE = [0, 0, 1, 1];

/** The bytes of a picture in a data address, which the page's rules do not let it fetch. */
function blobOf(address) {
  const bytes = Uint8Array.from(atob(address.split(",")[1]), (each) => each.charCodeAt(0));
  return new Blob([bytes], { type: "image/jpeg" });
}

const read = ({ picture, box }) => ({ address: picture, blob: blobOf(picture), box: isBox(box) ? box : WHOLE_PICTURE, used: true });

/** The camera's picture while the item is turned, and a bar that fills in two seconds. */
function createTurning(mirror) {
  const bar = Object.assign(el("progress", "progress-bar"), { max: TURN_MS, value: 0 });
  bar.setAttribute("aria-label", t("moments.turn"));
  let timer = 0;
  return {
    node: el("div", "turning", mirror.node, bar),
    bar,
    /** `onOver` is called when the two seconds are over. */
    start(onOver) {
      const beganAt = performance.now();
      timer = setInterval(() => {
        bar.value = performance.now() - beganAt;
        if (bar.value < TURN_MS) return;
        clearInterval(timer);
        onOver();
      }, STEP_MS);
    },
    stop: () => clearInterval(timer),
  };
}

/** One moment in the list: small, with its box, a button that shows it large, and the choice to use it. */
function createTile(moment, n, { onOpen, onUse }) {
  const image = Object.assign(new Image(), { alt: "", src: moment.address });
  const mark = el("span", "viewfinder-box");
  const open = press("moment-open", "", onOpen);
  open.append(image, mark);
  open.setAttribute("aria-label", t("moments.picture", { n }));
  const use = Object.assign(el("input"), { type: "checkbox", checked: true });
  use.setAttribute("aria-label", t("moments.use.of", { n }));
  use.addEventListener("change", () => onUse(use.checked));
  return {
    node: el("li", "moment", open, el("label", "field-check", use, el("span", "", t("moments.use")))),
    draw(shown) {
      putBox(mark, moment.box);
      open.setAttribute("aria-current", String(shown === moment));
    },
  };
}

/**
 * {node, look, stop, chosen}: `look()` takes moments, also in place of earlier ones; `onChange()` is called when the
 * chosen ones change.
 */
export function createMoments({ thing, mirror, onChange }) {
  const words = el("p", "moments-words");
  words.setAttribute("role", "status");
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const list = el("ul", "moment-list");
  list.setAttribute("aria-label", t("moments.list"));
  const turning = createTurning(mirror);
  const editor = createBoxEditor({ hint: HINT, onChange: changed });
  const again = press("button", t("moments.again"), look);
  const room = el("div", "moments-room", turning.node);
  let [moments, tiles, shown, ending] = [[], [], null, null];

  const chosen = () => moments.filter(({ used }) => used);

  function changed() {
    tiles.forEach((tile) => tile.draw(shown));
    setText(trouble, moments.length && !chosen().length ? t("moments.none") : "");
    onChange();
  }

  function open(moment) {
    shown = moment;
    editor.show(moment);
    tiles.forEach((tile) => tile.draw(shown));
  }

  function show(taken) {
    moments = taken.map(read);
    tiles = moments.map((moment, i) => createTile(moment, i + 1, {
      onOpen: () => open(moment),
      onUse(yes) {
        moment.used = yes;
        changed();
      },
    }));
    list.replaceChildren(...(tiles.length > 1 ? tiles.map((tile) => tile.node) : [])); // one alone is not left out
    room.replaceChildren(editor.node);
    setText(words, tCount("moments.taken", moments.length));
    open(moments[0]);
  }

  async function look() {
    if (node.dataset.state === "turning") return;
    ending = new AbortController();
    const { signal } = ending;
    moments = [];
    list.replaceChildren();
    room.replaceChildren(turning.node);
    turn("turning");
    setText(words, t("moments.turn"));
    changed();
    turning.start(() => setText(words, t("moments.choosing")));
    const answer = await takeMoments(thing, signal);
    turning.stop();
    if (signal.aborted) return;
    if (answer.ok) {
      show(answer.body.moments);
      turn("shown");
    } else {
      setText(words, "");
      turn("failed");
    }
    changed();
    if (!answer.ok) setText(trouble, momentsRefusal(answer, thing));
  }

  function turn(state) {
    node.dataset.state = state;
    again.setAttribute("aria-disabled", String(state === "turning")); // not `disabled`, which would lose the focus
    setText(again, t(state === "failed" ? "moments.retry" : "moments.again"));
  }

  const hint = el("p", "form-words moments-hint", t("moments.hint"), " ", el("span", "moments-keys", t("moments.keys")));
  hint.id = HINT;
  const node = el("section", "moments", room, el("div", "moments-line", words, again), trouble, list, hint);
  return {
    node, look, chosen,
    stop() {
      ending?.abort();
      turning.stop();
    },
  };
}
