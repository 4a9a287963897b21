// Judging: a yes or a no is feedback to the server, and a no also asks which item it was.

import { t } from "../base/text.js";
import { group, names, others, titleOf } from "../live/match.js";
import { feedbackRefusal, itWas, RIGHT, say, WRONG } from "./feedback.js";
import { pile } from "./wrong_list.js";
import { askWhat } from "./which_item.js";

const NEAR = 6;

/**
 * {yes, no}, both called with (record, picture), the camera's picture or null. `tell(words, options)` shows the
 * outcome, `onSaid(record, "yes" or "no")` gets each judgement, `teach()` opens the teaching of a new item.
 */
export function createJudging({ tell, onSaid, teach }) {
  const teaching = { action: { label: t("judge.teach"), run: teach } };
  let busy = false;

  /** Sends one judgement; true if it was accepted. */
  async function send(record, said) {
    if (busy) return false;
    busy = true;
    const answer = await say(record, said);
    busy = false;
    if (!answer.ok) tell(feedbackRefusal(answer));
    return answer.ok;
  }

  async function note(record, said, words) {
    if (!(await send(record, said))) return;
    pile.remove(record.id);
    onSaid(record, said.right || record.verdict === "no_match" ? "yes" : "no");
    tell(words);
  }

  const noteItem = (record) => ({ id, ...item }) => note(record, itWas(record, id), t("judge.noted", { title: titleOf(item) }));

  /** Puts a wrong match on the list of corrections, and says so. */
  function later(record, picture) {
    pile.add(record, picture);
    tell(t("judge.later"));
  }

  async function wrong(record, picture) {
    if (!(await send(record, WRONG))) return;
    pile.add(record, picture); // until the right item is named, even if the dialog is closed
    onSaid(record, "no");
    askWhat({
      title: t("what.title"), words: t("what.taken", { title: names(record) }), picture, box: record.box, near: others(record).slice(0, NEAR),
      onItem: noteItem(record),
      onNone() {
        pile.remove(record.id);
        tell(t("judge.none"), teaching);
      },
      onLater: () => later(record, picture),
    });
  }

  /** Asks which of the items it is, for a wrong "no match". */
  function which(record, picture) {
    askWhat({
      title: t("what.which"), words: t("what.missed"), picture, box: record.box, near: record.matches.slice(0, NEAR),
      onItem: noteItem(record),
      onNone: () => agree(record),
      // Sent at once, so that the server remembers the record until it is corrected.
      onLater: async () => (await send(record, WRONG)) && later(record, picture),
      onLeave() {},
    });
  }

  /** Sends nothing, for a right "no match", because no item was shown as the answer. */
  function agree(record) {
    pile.remove(record.id);
    onSaid(record, "no");
    tell(t("judge.agreed"), teaching);
  }

  return {
    yes(record, picture) {
      if (record.verdict === "no_match") which(record, picture);
      else note(record, RIGHT, t(group(record).length > 1 ? "judge.right.equals" : "judge.right", { title: names(record) }));
    },
    no: (record, picture) => (record.verdict === "no_match" ? agree(record) : wrong(record, picture)),
  };
}
