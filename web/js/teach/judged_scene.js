// One showing: the records in a row that say the same of a thing before the camera. It is judged once, and what was
// said of it can be changed for as long as it lasts. Pure.

const sayingOf = ({ thing, verdict, matches: [best] }) => `${thing} ${verdict === "no_match" ? verdict : best.id}`;

export function createShowing() {
  let saying = null;
  let judged = null; // {record, said}: that of the record which was drawn when it was first judged

  return {
    /** Takes what is drawn now, null for nothing. */
    take(record) {
      const now = record && sayingOf(record);
      if (now === saying) return;
      saying = now;
      judged = null;
    },
    /** The record to judge: the one that was judged already, because the last word on it replaces the first. */
    record: (drawn) => judged?.record ?? drawn,
    /** `said` is "yes" or "no". A word on a showing that is over changes nothing. */
    judge(record, said) {
      if (sayingOf(record) === saying) judged = { record, said };
    },
    get said() {
      return judged?.said ?? null;
    },
  };
}
