// What stands behind the viewfinder's box: this device's own picture as it is, another camera's by its previews.

import { play } from "./own_camera.js";
import { createPreview } from "./preview.js";
import { isConnected } from "./state.js";

const SEEING = ["online", "clock_wrong"];

function wanted({ state, thing, camera }) {
  if (state.own?.thing === thing) return "own";
  // A hidden page looks at nothing, and when it is back it is connecting for a moment.
  if (document.hidden || state.connection.phase === "connecting") return "rest";
  return isConnected(state.connection) && SEEING.includes(camera?.state) ? "previews" : "nothing";
}

/** `refused` is called when the api wants a key. */
export function createView({ viewfinder, refused }) {
  let shown = "";
  let still = false;
  const preview = createPreview({ show: (image) => viewfinder.behind(image), refused });

  async function showOwn(own) {
    const video = await play(own.stream);
    if (shown === "own" && !still) viewfinder.behind(video);
  }

  /** Stops the picture where it is, or lets it go on from there. */
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
    /** For another camera: nothing is shown of it yet. */
    clear() {
      shown = "";
      preview.watch(null);
    },
    /** There is a new key to try. */
    again: () => preview.again(),
  };
}
