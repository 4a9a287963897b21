// The switch of the sound, off at first and kept in the browser; and the tone of each new match on screen.

import { setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { bestKey } from "../live/hold.js";
import { live } from "../live/live.js";
import { createHeard } from "./heard.js";
import { maySound, play } from "./tone.js";

const NAME = "lookalike.sound";
let on = read();

function read() {
  try {
    return localStorage.getItem(NAME) === "on";
  } catch {
    return false;
  }
}

function keep() {
  try {
    localStorage.setItem(NAME, on ? "on" : "off");
  } catch { /* then until the page is left */ }
}

/** What is live on screen: never a match that has expired, nor a paused page. */
function onScreen() {
  const { record, fresh, paused } = live.now();
  return record && fresh && !paused ? { key: bestKey(record), verdict: record.verdict } : { key: null, verdict: null };
}

export function startSound(button) {
  const heard = createHeard();

  function render() {
    button.dataset.on = String(on);
    setText(button, t(on ? (maySound() ? "sound.on" : "sound.waits") : "sound.off"));
  }

  button.addEventListener("click", () => {
    on = !on;
    keep();
    render();
    if (on) play("match"); // so that its loudness is known
  });
  live.onChange(() => {
    const verdict = heard.take({ ...onScreen(), atMs: performance.now() });
    if (on && verdict) play(verdict);
    render();
  });
  render();
}
