// Pause: picture and match stand still until the person resumes; updates still come and are kept.

import { announce } from "../base/announce.js";
import { byId, setText } from "../base/dom.js";
import { t } from "../base/text.js";

/** `turn(yes)` is called when it changes. */
export function createPause({ state, turn }) {
  const button = byId("pause");

  function set(yes) {
    if (state.paused === yes) return;
    state.paused = yes;
    document.body.toggleAttribute("data-paused", yes);
    setText(button.querySelector(".pause-words"), t(yes ? "pause.end" : "pause.start"));
    turn(yes);
  }

  function toggle() {
    set(!state.paused);
    announce(t(state.paused ? "pause.on" : "pause.off"));
  }

  button.addEventListener("click", toggle);
  return { toggle, end: () => set(false) };
}
