// Judging: a yes or a no is feedback to the server, and a no also asks which item it was.

import { t } from "../base/text.js";
import { group, names, titleOf } from "../live/match.js";
import { choicesOf } from "../live/which.js";
import { feedbackRefusal, itWas, RIGHT, say, WITHDRAWN, WRONG } from "./feedback.js";
import { askWhat } from "./which_item.js";

const NEAR = 6;

/**
 * {yes, no}, both called with (record, picture), the camera's picture or null, and choose(record, item). `tell(words,
 * {actions})` shows the outcome, `onSaid(record, "yes", "no" or null)` gets each judgement and its undo, `teach()` opens
 * the teaching of a new item.
 */
export function createJudging({ tell, onSaid, teach }) {
  const teaching = { label: t("judge.teach"), run: teach };
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

  /** The button that takes a judgement back from the server and the page. */
  const undo = (record) => ({ label: t("judge.undo"), async run() {
    if (!(await send(record, WITHDRAWN))) return;
    onSaid(record, null);
    tell(t("judge.undone"));
  } });

  async function note(record, said, words) {
    if (!(await send(record, said))) return;
    onSaid(record, said.right || record.verdict === "no_match" ? "yes" : "no");
    tell(words, { actions: [undo(record)] });
  }

  const noteItem = (record) => ({ id, ...item }) => note(record, itWas(record, id), t("judge.noted", { title: titleOf(item) }));

  /** Says where a wrong match waits until the right item is named: in the review. */
  function later(record) {
    tell(t("judge.later"), { actions: [undo(record)] });
  }

  async function wrong(record, picture) {
    if (!(await send(record, WRONG))) return;
    onSaid(record, "no");
    const asked = choicesOf(record);
    const shown = asked.length ? asked : group(record);
    askWhat({
      title: t("what.title"), words: asked.length ? t("what.none_of") : t("what.taken", { title: names(record) }), picture, box: record.box, near: record.matches.filter((match) => !shown.includes(match)).slice(0, NEAR),
      onItem: noteItem(record),
      onNone() {
            tell(t("judge.none"), { actions: [undo(record), teaching] });
      },
      onLater: () => later(record),
    });
  }

  /** Asks which of the items it is, for a wrong "no match". */
  function which(record, picture) {
    askWhat({
      title: t("what.which"), words: t("what.missed"), picture, box: record.box, near: record.matches.slice(0, NEAR),
      onItem: noteItem(record),
      onNone: () => agree(record),
      // Sent at once, so that the server remembers the record until it is corrected.
      onLater: async () => (await send(record, WRONG)) && later(record),
      onLeave() {},
    });
  }

  /** Sends nothing, for a right "no match", because no item was shown as the answer. */
  function agree(record) {
    onSaid(record, "no");
    tell(t("judge.agreed"), { actions: [teaching] });
  }

  return {
    /** One of the items of an unsure record. */
    choose: (record, item) => noteItem(record)(item),
    yes(record, picture) {
      if (record.verdict === "no_match") which(record, picture);
      else note(record, RIGHT, t(group(record).length > 1 ? "judge.right.equals" : "judge.right", { title: names(record) }));
    },
    no: (record, picture) => (record.verdict === "no_match" ? agree(record) : wrong(record, picture)),
  };
}
