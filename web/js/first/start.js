// Whether the first steps are shown: in a browser that has not put them away, while the catalogue has nothing but samples.

import { getSamples, onHealth } from "../base/api.js";
import { loadStyle } from "../base/style.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";

const NAME = "lookalike.first";
const TRIES = 3; // a system that has just started may not answer at once

function read() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return "away"; // a browser that keeps nothing would show them after each reload
  }
}

/** Keeps whether the steps are "here", also once there are items, or "away". */
export function keepFirst(where) {
  try {
    localStorage.setItem(NAME, where);
  } catch { /* then it is for this page alone */ }
}

async function load(samples) {
  const [{ showFirst }] = await Promise.all([import("./first.js"), loadStyle("css/first.css")]);
  showFirst(samples);
}

/** Shows the steps because somebody wants to see them. */
export async function openFirst() {
  keepFirst("here");
  try {
    await load(await getSamples());
  } catch {
    toast(t("refusal.silent"));
  }
}

export function startFirst() {
  const kept = read();
  if (kept === "away") return;
  let tries = TRIES;
  onHealth(async () => {
    if (tries === 0) return;
    const left = tries - 1;
    tries = 0;
    const samples = await getSamples();
    if (samples === null && kept !== "here") tries = left; // the next health may find the answer
    else if (kept === "here" || samples.own === 0) load(samples).catch(() => { tries = left; });
  });
}
