// What people say of showings in the inbox, each undone by one press.

import { call } from "../base/api.js";
import { refusal } from "../base/refusal.js";
import { t, tCount } from "../base/text.js";
import { toast } from "../base/toast.js";
import { titleOf } from "../live/match.js";
import { postReview, whyNot } from "../history/calls.js";

const PATIENT_MS = 90000; // a new item is embedded, and its picture stored

const idsOf = (showings) => showings.map(({ id }) => id);

/** {say, addItem}; `onSaid(ids)` and `onUndone()` follow what the server has taken. */
export function createDeeds({ onSaid, onUndone }) {
  /** Undoes a review, and the item that was made for it. */
  async function undo(ids, token) {
    if (token) {
      const gone = await call("items/undo", { method: "POST", json: { undo: token }, timeoutMs: PATIENT_MS });
      if (!gone.ok) return toast(refusal(gone));
    }
    const answer = await postReview(ids, null);
    toast(answer.ok ? t("review.undone") : whyNot(answer));
    return onUndone();
  }

  async function say(showings, is, item = null, token = null) {
    const ids = idsOf(showings);
    const answer = await postReview(ids, is, item?.id ?? null);
    if (!answer.ok) {
      toast(whyNot(answer));
      return false;
    }
    onSaid(ids);
    const words = tCount(`review.done.${is}`, ids.length, item ? { title: titleOf(item) } : {});
    toast(words, { actions: [{ label: t("judge.undo"), run: () => undo(ids, token) }] });
    return true;
  }

  return {
    say,
    /** Makes an item of the newest showing's own frame; the answer of a call that was refused, or null. */
    async addItem(title, showings) {
      const [newest] = showings;
      const made = await call("items", { method: "POST", json: { title, showing: newest.id }, timeoutMs: PATIENT_MS });
      if (!made.ok) return made;
      await say(showings, "new_item", made.body, made.body.undo);
      return null;
    },
  };
}
