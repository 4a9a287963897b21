// Moments with their trial and the button that saves them: what each way of teaching has in common.

import { el, setText } from "../base/dom.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";
import { createMoments } from "./moments.js";
import { createTrial } from "./trial.js";

/**
 * {moments, words, send, save, stop}: `words` are what is to be read before saving, `send` is the button for it.
 * `itemId` and `onSame` are the trial's.
 */
export function createCapture({ thing, mirror, itemId = null, onSame = null }) {
  const send = el("button", "button button-main");
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  let busy = false;
  const trial = createTrial({ thing, itemId, onSame, onChange: draw });
  const moments = createMoments({ thing, mirror, onChange: changed });

  function changed() {
    trial.check(moments.chosen());
    draw();
  }

  function draw() {
    setText(send, t(busy ? "teach.saving" : trial.warning ? "teach.anyway" : "teach.save"));
    send.setAttribute("aria-disabled", String(busy || !moments.chosen().length)); // not `disabled`, which would lose the focus
  }

  /** Saves what is chosen by `make(chosen)`, whose good answer `take` gets; a warning is shown once before. */
  async function save(make, take) {
    if (busy || !moments.chosen().length) return;
    const seen = trial.warning !== null;
    busy = true;
    setText(trouble, "");
    draw();
    await trial.settled();
    const answer = trial.warning && !seen ? null : await make(moments.chosen());
    busy = false;
    draw();
    if (answer?.ok) take(answer);
    else if (answer) setText(trouble, refusal(answer));
  }

  draw();
  return {
    moments, send, save,
    words: [trial.node, trouble],
    stop() {
      moments.stop();
      trial.stop();
    },
  };
}
