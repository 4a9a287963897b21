// Words about a camera of the wall.

import { inOurWords } from "../base/told.js";
import { has, t } from "../base/text.js";

export const nameOf = (camera) => camera.title ?? camera.thing;

export function stateWords({ state }) {
  const key = `camera.${state}`;
  return has(key) ? t(key) : t("camera.unknown");
}

/** Why a camera shows no picture, empty for one that does; its edge's own words come first. */
export function whyOff(camera, edges) {
  const edge = edges.find(({ edge: name }) => name === camera.run_by);
  const trouble = edge?.troubles[camera.thing];
  if (trouble) return inOurWords(trouble);
  return camera.state === "online" || !camera.reason ? "" : inOurWords(camera.reason);
}

/** Whether a camera is gone: off, and no edge is there that would bring it back. */
export const isGone = (camera, edges) => camera.state === "offline" && !edges.some(({ edge }) => edge === camera.run_by);
