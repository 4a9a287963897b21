// What stands behind the viewfinder's box: this device's own picture as it is, another camera's by its previews.

import { play } from "./own.js";
import { createPreview } from "./preview.js";

const SEEING = ["online", "clock_wrong"];

function wanted({ state, thing, camera }) {
  if (state.own?.thing === thing) return "own";
  // A hidden page looks at nothing, and when it is back it is connecting for a moment.
  if (document.hidden || state.connection.phase === "connecting") return "rest";
  return state.connection.phase === "open" && SEEING.includes(camera?.state) ? "previews" : "nothing";
}

/** `refused` is called when the api wants a key. */
export function createView({ viewfinder, refused }) {
  let shown = "";
  const preview = createPreview({ show: (image) => viewfinder.behind(image), refused });

  async function showOwn(own) {
    const video = await play(own.stream);
    if (shown === "own") viewfinder.behind(video);
  }

  return {
    render(view) {
      const now = wanted(view);
      if (now === shown) return;
      shown = now;
      preview.watch(now === "previews" ? view.thing : null);
      if (now === "own") showOwn(view.state.own);
      else if (now === "previews" || (now === "rest" && viewfinder.hasPicture)) viewfinder.expect();
      else if (now === "nothing") viewfinder.behind(null);
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
