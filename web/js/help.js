// The help dialog: what the page is, its keys, and the switch for single-letter keys.

import { openDialog } from "./base/dialog.js";
import { byId, el } from "./base/dom.js";
import { addKey, allKeys, keysAreOn, switchKeys } from "./base/keys.js";
import { t } from "./base/text.js";
import { togglePause } from "./live/live.js";
import { BOX_KEYS } from "./teach/box_editor.js";

/** Shows the keys beside the buttons only while they work. */
const render = () => { document.body.dataset.keys = keysAreOn() ? "on" : "off"; };

const keyRow = (key, text) => el("div", "", el("dt", "", el("kbd", "", key)), el("dd", "", t(text)));

function openHelp() {
  const box = Object.assign(el("input"), { type: "checkbox", checked: keysAreOn() });
  box.addEventListener("change", () => {
    switchKeys(box.checked);
    render();
  });
  const rows = allKeys().map(({ key, text }) => keyRow(key.toUpperCase(), text));
  openDialog({
    title: t("help.title"), className: "help",
    content: [
      el("p", "form-words", t("help.page")),
      el("h3", "heading", t("help.keys")),
      el("dl", "keys", ...rows, keyRow("Esc", "help.escape"), ...BOX_KEYS.map(([keys, text]) => keyRow(keys, text))),
      el("label", "field-check", box, el("span", "", t("help.switch"))),
    ],
  });
}

export function startHelp() {
  render();
  byId("help").addEventListener("click", openHelp);
  addKey({ key: "p", text: "help.pause", run: togglePause, when: () => document.body.dataset.page === "live" });
  addKey({ key: "?", text: "help.help", run: openHelp });
}
