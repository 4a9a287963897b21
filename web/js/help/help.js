// The button and the keys of the help; its dialog is loaded when it is first opened.

import { byId } from "../base/dom.js";
import { addKey, keysAreOn } from "../base/keys.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { togglePause } from "../live/live.js";

/** Shows the keys beside the buttons only while they work. */
export const showKeys = () => { document.body.dataset.keys = keysAreOn() ? "on" : "off"; };

async function open() {
  try {
    (await import("./dialog.js")).openHelp();
  } catch {
    toast(t("refusal.silent"));
  }
}

export function startHelp() {
  showKeys();
  byId("help").addEventListener("click", open);
  addKey({ key: "p", text: "help.pause", run: togglePause, when: () => document.body.dataset.page === "live" });
  addKey({ key: "?", text: "help.help", run: open });
}
