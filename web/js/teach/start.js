// Wires judging and teaching to buttons and shortcuts.

import { may } from "../base/access.js";
import { byId } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { onTeach } from "../live/notice.js";
import { startJudging } from "./judge.js";
import { openTeach } from "./teach.js";

export function startTeaching() {
  startJudging({ teach: openTeach });
  onTeach(openTeach);
  byId("teach").addEventListener("click", openTeach);
  addKey({ key: "t", text: "help.teach", run: openTeach, when: () => document.body.dataset.page === "live" && may("staff") });
}
