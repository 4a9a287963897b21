// One showing: consecutive records with the same answer about a thing before the camera. It is judged once, and the
// judgement can be changed while it lasts. Pure.

import { bestId } from "../live/hold.js";

const sayingOf = (record) => `${record.thing} ${record.verdict === "no_match" ? record.verdict : bestId(record)}`;

/** Whether two records, null for none, show the same thing. */
export const isSame = (one, other) => (one && sayingOf(one)) === (other && sayingOf(other));

export function createShowing() {
  let saying = null;
  let judged = null; // {record, said}: the record that was drawn at the first judgement, and the judgement

  return {
    /** Takes the record that is drawn now, null for none. */
    take(record) {
      const now = record && sayingOf(record);
      if (now === saying) return;
      saying = now;
      judged = null;
    },
    /** The record to judge: the one judged before, because new feedback on it replaces the old. */
    record: (drawn) => (judged && sayingOf(drawn) === saying ? judged.record : drawn),
    /** Keeps the judgement `said`, "yes", "no" or null for none; one on a showing that is over changes nothing. */
    judge(record, said) {
      if (sayingOf(record) === saying) judged = said && { record, said };
    },
    get said() {
      return judged?.said ?? null;
    },
  };
}
