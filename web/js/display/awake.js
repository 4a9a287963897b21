// Keeps the screen on while the display is shown, where the browser can.

/** {keep(yes), on}: the browser lets go of a screen that was hidden, so it is asked again when it is seen. */
export function createAwake() {
  let wanted = false;
  let lock = null;

  async function ask() {
    if (!wanted || document.hidden || lock || !navigator.wakeLock) return;
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; });
      if (!wanted) lock.release();
    } catch { /* on low battery, for instance; asked again when the page is seen */ }
  }

  document.addEventListener("visibilitychange", ask);
  return {
    keep(yes) {
      wanted = yes;
      if (yes) ask();
      else lock?.release();
    },
    /** Whether this browser can keep the screen on at all: only on a secure page. */
    canKeep: "wakeLock" in navigator,
  };
}
