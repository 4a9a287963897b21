// What the page says when it has no live match to show: what is so, why, and the next step.

import { byId, setText } from "../base/dom.js";
import { failingChecks } from "./situation.js";
import { FRAMES_OVER_MQTT } from "./state.js";
import { has, setRich, t } from "../base/text.js";

const QUIET = ["live", "resuming"];

function checkWords(health) {
  return failingChecks(health).map(([name, { detail }]) => t(`check.${name}`) + (detail ? ` (${detail})` : "")).join(", ");
}

function title({ kind, thing, camera }) {
  const s = camera?.clock_offset_s;
  if (kind === "clock_wrong" && s) return t("notice.clock_wrong.by", { thing, n: Math.abs(Math.round(s)) });
  return t(`notice.${kind}.title`, { thing });
}

/** The next step; a camera whose frames come from elsewhere is mended there. */
function nextKey(kind, camera) {
  const remote = `notice.${kind}.next.frames`;
  return camera?.source === FRAMES_OVER_MQTT && has(remote) ? remote : `notice.${kind}.next`;
}

function bannerText({ state, kind }) {
  if (kind === "lost") {
    const { retryAt } = state.connection;
    return retryAt === null ? t("lost.now") : t("lost.wait", { n: Math.max(1, Math.ceil((retryAt - performance.now()) / 1000)) });
  }
  if (kind === "failing" || !failingChecks(state.health).length) return ""; // the notice says it
  return t("failing.banner", { checks: checkWords(state.health) });
}

/** `onNotice(title)` is called when a new notice appears, to have it read out. */
export function createNotice({ onRetry, onNotice }) {
  const [box, heading, reason, next] = ["notice", "notice-title", "notice-reason", "notice-next"].map(byId);
  const [banner, bannerWords, retry] = ["banner", "banner-text", "banner-retry"].map(byId);
  retry.addEventListener("click", onRetry);
  let shown = "";

  return {
    render(view) {
      const { kind, state, camera, record } = view;
      setText(bannerWords, bannerText(view));
      banner.hidden = !bannerWords.textContent;
      banner.dataset.kind = kind;
      retry.hidden = kind !== "lost";

      // With a last match on screen the banner alone tells that the server is lost.
      box.hidden = QUIET.includes(kind) || (kind === "lost" && Boolean(record));
      const words = box.hidden ? bannerWords.textContent && kind : title(view);
      if (words !== shown && kind !== "resuming") { // which passes in a moment, and then it is told what came of it
        onNotice((box.hidden && bannerWords.textContent) || words || t("badge.live"));
        shown = words;
      }
      if (box.hidden) return;
      box.dataset.kind = kind;
      setText(heading, words);
      setText(reason, kind === "failing" ? checkWords(state.health) : (camera?.state === kind && camera.reason) || "");
      reason.hidden = !reason.textContent;
      const key = nextKey(kind, camera);
      if (next.dataset.key !== key) setRich(next, t(key));
      next.dataset.key = key;
    },
  };
}
