// Yes and no below the best match: what a person says of it goes to the server, and a wrong one is asked about at once.

import { byId, setHidden, setText } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { toast } from "../base/toast.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";
import { titleOf } from "../live/match.js";
import { feedbackRefusal, itWas, RIGHT, say, WRONG } from "./feedback.js";
import { pile } from "./pile.js";
import { createShowing } from "./showing.js";
import { keepThumbnail } from "./thumbnail.js";
import { askWhat } from "./what.js";

const NEAR = 6;

/** `teach()` opens the teaching of a new item. */
export function startJudging({ teach }) {
  const [group, question, yes, no] = ["judge", "judge-question", "judge-yes", "judge-no"].map(byId);
  const showing = createShowing();
  let busy = false;

  const shown = () => (byId("best").dataset.holds === "match" && !byId("best").hidden ? live.now().record : null);
  const may = () => shown() !== null && live.now().fresh;

  /** Sends one word; true where it was taken. */
  async function send(record, said) {
    busy = true;
    const answer = await say(record, said);
    busy = false;
    if (!answer.ok) toast(feedbackRefusal(answer));
    return answer.ok;
  }

  async function note(record, said, words, options) {
    if (!(await send(record, said))) return;
    showing.judge(record, said.right || record.verdict === "no_match" ? "yes" : "no");
    pile.remove(record.id);
    toast(words, options);
    render();
  }

  const noteItem = (record) => (item) => note(record, itWas(record, item.id), t("judge.noted", { title: titleOf(item) }));

  const later = (record, picture) => () => {
    pile.add(record, picture);
    toast(t("judge.later"));
  };

  async function judgeWrong(record, picture) {
    if (!(await send(record, WRONG))) return;
    showing.judge(record, "no");
    pile.add(record, picture); // until it is said what it was, whatever becomes of the dialog
    render();
    const [best, ...others] = record.matches;
    askWhat({
      title: t("what.title"), words: t("what.taken", { title: titleOf(best) }), picture, near: others.slice(0, NEAR),
      onItem: noteItem(record),
      onNone() {
        pile.remove(record.id);
        toast(t("judge.none"), { action: { label: t("judge.teach"), run: teach } });
      },
      onLater: later(record, picture),
    });
  }

  /** Of a "no match": it is one of the items after all. */
  function askWhich(record, picture) {
    askWhat({
      title: t("what.which"), words: t("what.missed"), picture, near: record.matches.slice(0, NEAR),
      onItem: noteItem(record),
      onNone: agree(record),
      // Said to the server at once, so that it remembers the record until it is corrected.
      onLater: async () => (await send(record, WRONG)) && later(record, picture)(),
      onLeave() {},
    });
  }

  /** Of a "no match": it is none, as the page says. There is nothing to send: no item was shown as the answer. */
  const agree = (record) => () => {
    showing.judge(record, "no");
    pile.remove(record.id);
    toast(t("judge.agreed"), { action: { label: t("judge.teach"), run: teach } });
    render();
  };

  function press(said) {
    if (busy || !may()) return;
    const record = showing.record(shown());
    const missed = record.verdict === "no_match";
    if (said === "yes" && !missed) note(record, RIGHT, t("judge.right", { title: titleOf(record.matches[0]) }));
    else if (said === "yes") askWhich(record, keepThumbnail());
    else if (missed) agree(record)();
    else judgeWrong(record, keepThumbnail());
  }

  function render() {
    const record = shown();
    showing.take(record);
    setHidden(group, record === null);
    if (!record) return;
    setText(question, t(`judge.${record.verdict}`));
    for (const [button, said] of [[yes, "yes"], [no, "no"]]) {
      button.setAttribute("aria-pressed", String(showing.said === said));
      // Not `disabled`: a button that is would lose the focus.
      button.setAttribute("aria-disabled", String(!may()));
    }
  }

  yes.addEventListener("click", () => press("yes"));
  no.addEventListener("click", () => press("no"));
  const when = () => document.body.dataset.page === "live" && may();
  addKey({ key: "y", text: "help.yes", run: () => press("yes"), when });
  addKey({ key: "n", text: "help.no", run: () => press("no"), when });
  live.onChange(render);
  render();
}
