// Buttons that judge a match: below the best match, with shortcuts, and in the dialog of a recent one.

import { byId, el, setHidden, setText } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { toast } from "../base/toast.js";
import { live } from "../live/live.js";
import { onRecordDetails } from "../live/record.js";
import { createBar } from "./yes_no_bar.js";
import { createJudging } from "./judging.js";
import { createShowing } from "./judged_scene.js";
import { keepThumbnail } from "./thumbnail.js";

const said = new Map(); // record id → "yes" or "no", of records judged since the page was opened

function startBest({ teach }) {
  const best = byId("best");
  const showing = createShowing();
  const judging = createJudging({
    tell: toast, teach,
    onSaid(record, word) {
      said.set(record.id, word);
      showing.judge(record, word);
      render();
    },
  });
  const shown = () => (best.dataset.holds === "match" && !best.hidden ? live.now().record : null);
  const may = () => shown() !== null && live.now().fresh;
  const press = (word) => may() && judging[word](showing.record(shown()), keepThumbnail());
  const bar = createBar({ onYes: () => press("yes"), onNo: () => press("no"), keys: { yes: "Y", no: "N" } });

  function render() {
    const record = shown();
    showing.take(record);
    setHidden(bar.node, record === null);
    if (record) bar.show({ record, said: showing.said, may: may() });
  }

  byId("actions").prepend(bar.node);
  const when = () => document.body.dataset.page === "live" && may();
  addKey({ key: "y", text: "help.yes", run: () => press("yes"), when });
  addKey({ key: "n", text: "help.no", run: () => press("no"), when });
  live.onChange(render);
  render();
}

/** Buttons for a recent match, whose camera picture is no longer there. */
function judgeRecent(record, { teach }) {
  if (!record.matches.length) return null;
  const told = el("p", "judge-told");
  told.setAttribute("role", "status");
  const judging = createJudging({
    tell: (words) => setText(told, words), teach,
    onSaid(_record, word) {
      said.set(record.id, word);
      show();
    },
  });
  const bar = createBar({ onYes: () => judging.yes(record, null), onNo: () => judging.no(record, null) });
  const show = () => bar.show({ record, said: said.get(record.id) ?? null });
  show();
  return el("div", "judge-recent", bar.node, told);
}

/** Buttons for the best match; `teach()` opens the teaching of a new item. */
export function startJudging({ teach }) {
  startBest({ teach });
  onRecordDetails((record) => judgeRecent(record, { teach }));
}
