// Buttons that judge a match: below the best match, with shortcuts, and in the dialog of a recent one.

import { may } from "../base/access.js";
import { byId, el, press as button, setHidden } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { toast } from "../base/toast.js";
import { live } from "../live/live.js";
import { onRecordDetails } from "../live/record.js";
import { choicesOf } from "../live/which.js";
import { createGlance } from "./glance.js";
import { createBar } from "./yes_no_bar.js";
import { createJudging } from "./judging.js";
import { createShowing } from "./judged_scene.js";
import { keepThumbnail } from "./thumbnail.js";

const said = new Map(); // record id → "yes", "no" or null, of records judged since the page was opened

const CHOICES = [1, 2, 3];

function startBest({ teach }) {
  const best = byId("best");
  const showing = createShowing();
  const glance = createGlance();
  const judging = createJudging({
    tell: toast, teach,
    onSaid(record, word) {
      said.set(record.id, word);
      showing.judge(record, word);
      render();
    },
  });
  const shown = () => (best.dataset.holds === "match" && !best.hidden ? live.now().record : null);
  const isLive = () => shown() !== null && live.now().fresh;
  const meant = () => (isLive() ? glance.meant({ still: live.now().paused }) : null);

  function press(word) {
    const { record, picture } = meant() ?? {};
    if (!record || (word === "yes" && choicesOf(record).length)) return; // such a record has no one item to be right
    judging[word](showing.record(record), picture);
  }

  /** Judges that a record shows the item in this place of its cards. */
  function choose(n) {
    const { record } = meant() ?? {};
    const ids = [...best.querySelectorAll(".which-one")].map(({ dataset }) => dataset.item);
    const item = record && choicesOf(record).find(({ id }) => id === ids[n]);
    if (item) judging.choose(showing.record(record), item);
  }

  const bar = createBar({ onYes: () => press("yes"), onNo: () => press("no"), keys: { yes: "Y", no: "N" } });

  function render() {
    const record = shown();
    showing.take(record);
    glance.take(record, keepThumbnail);
    setHidden(bar.node, record === null);
    if (record) bar.show({ record, said: showing.said, may: isLive() });
  }

  byId("actions").prepend(bar.node);
  byId("best-item").addEventListener("click", ({ target }) => {
    const card = target.closest(".which-one");
    if (card) choose([...best.querySelectorAll(".which-one")].indexOf(card));
  });
  const when = () => document.body.dataset.page === "live" && isLive() && may("staff");
  addKey({ key: "y", text: "help.yes", run: () => press("yes"), when });
  addKey({ key: "n", text: "help.no", run: () => press("no"), when });
  for (const n of CHOICES) addKey({ key: String(n), text: "help.choose", run: () => choose(n - 1), when });
  live.onChange(render);
  render();
}

/** Buttons for a recent match, whose camera picture is no longer there. */
function judgeRecent(record, { teach }) {
  if (!record.matches.length) return null;
  const told = el("p", "judge-told");
  told.setAttribute("role", "status");
  const judging = createJudging({
    tell: (words, { actions = [] } = {}) =>
      told.replaceChildren(words, ...actions.map(({ label, run }) => button("button", label, run))), teach,
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
