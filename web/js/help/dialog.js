// The help: what the page is, what its colours mean, how to teach well, its keys, and facts for finding a fault.

import { webhookState } from "../acting/webhook_state.js";
import { openDialog } from "../base/dialog.js";
import { el, press } from "../base/dom.js";
import { allKeys, keysAreOn, switchKeys } from "../base/keys.js";
import { setPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { openFirst } from "../first/start.js";
import { live } from "../live/live.js";
import { BOX_KEYS } from "../teach/box_editor.js";
import { showKeys } from "./help.js";

const COLOURS = ["match", "unsure", "no_match", "old"];
const ADVICE = ["sides", "box", "ground", "light", "real", "wrong"];

const part = (key, ...content) => el("section", "help-part", el("h3", "heading", t(key)), ...content);

/** What each colour of the card means, beside a sample of it. */
function colours() {
  return el("dl", "help-colours", ...COLOURS.map((name) => {
    const sample = el("span", "help-colour");
    sample.dataset.verdict = name;
    return el("div", "", el("dt", "", sample, t(`help.colour.${name}`)), el("dd", "", t(`help.colour.${name}.means`)));
  }));
}

const keyRow = (key, text) => el("div", "", el("dt", "", el("kbd", "", key)), el("dd", "", t(text)));

/** A row a meaning; keys of one meaning, such as 1, 2 and 3, share it. */
function keys() {
  const by = Map.groupBy(allKeys(), ({ text }) => text);
  const rows = [...by].map(([text, of]) => keyRow(of.map(({ key }) => key.toUpperCase()).join(" "), text));
  return el("dl", "keys", ...rows, keyRow("Esc", "help.escape"), ...BOX_KEYS.map(([key, text]) => keyRow(key, text)));
}

function keySwitch() {
  const box = Object.assign(el("input"), { type: "checkbox", checked: keysAreOn() });
  box.addEventListener("change", () => {
    switchKeys(box.checked);
    showKeys();
  });
  return el("label", "field-check", box, el("span", "", t("help.switch")));
}

/** Shows the first steps, which are on the live view. */
function firstSteps() {
  setPlace("view", null, { push: true });
  openFirst();
}

export function openHelp() {
  const dialog = openDialog({
    title: t("help.title"), className: "help",
    content: [
      el("p", "form-words", t("help.page")),
      press("button", t("help.first"), () => {
        dialog.close();
        firstSteps();
      }),
      part("help.colours", colours()),
      part("help.advice", el("ul", "help-advice", ...ADVICE.map((name) => el("li", "", t(`help.advice.${name}`))))),
      part("help.keys", keys(), keySwitch()),
      el("details", "fold diagnostics", el("summary", "", t("help.diagnostics")), ...live.diagnostics(), webhookState()),
    ],
  });
}
