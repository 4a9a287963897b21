// What a person can do with a match: open its item's page, copy its id, and hear when another one comes.

import { byId } from "../base/dom.js";
import { createItemButtons } from "./item_buttons.js";
import { startSound } from "./sound_switch.js";

export function startActing() {
  byId("acting").append(createItemButtons());
  startSound(byId("sound"));
}
