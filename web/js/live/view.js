// The picture behind the viewfinder's box: this device's own video, or another camera's previews.

import { play } from "./own_camera.js";
import { createPreview } from "./preview.js";
import { isConnected } from "./state.js";

const SEEING = ["online", "clock_wrong"];

function wanted({ state, thing, camera }) {
  if (state.own?.thing === thing) return "own";
  // A hidden page shows nothing, and is connecting for a moment when it is visible again.
  if (document.hidden || state.connection.phase === "connecting") return "rest";
  return isConnected(state.connection) && SEEING.includes(camera?.state) ? "previews" : "nothing";
}

/** `refused` is called when the api needs a key. */
export function createView({ viewfinder, refused }) {
  let shown = "";
  let still = false;
  const preview = createPreview({ show: (image) => viewfinder.behind(image), refused });

  async function showOwn(own) {
    const video = await play(own.stream);
    if (shown === "own" && !still) viewfinder.behind(video);
  }

  /** Pauses the picture, or lets it go on from there. */
  function turnStill(yes) {
    still = yes;
    viewfinder.still(yes);
    if (yes) preview.watch(null);
    else if (shown !== "own") shown = "still";
  }

  return {
    render(view) {
      if (view.state.paused !== still) turnStill(view.state.paused);
      if (still) return;
      const now = wanted(view);
      if (now === shown) return;
      const goesOn = shown === "still";
      shown = now;
      preview.watch(now === "previews" ? view.thing : null);
      if (now === "own") showOwn(view.state.own);
      else if (now === "nothing") viewfinder.behind(null);
      else if (!goesOn && (now === "previews" || viewfinder.hasPicture)) viewfinder.expect();
    },
    /** Clears the picture for another camera. */
    clear() {
      shown = "";
      preview.watch(null);
    },
    /** Tries again with a new key. */
    again: () => preview.again(),
  };
}
