// The line that says what was just changed, and undoes it.

import { mayPass } from "./refusal.js";
import { toast } from "./toast.js";

/**
 * `takeBack()` makes the call, `undone(body)` and `refused(answer)` give the words for what it is answered. The way
 * back stays where it may be open later.
 */
export function tellUndoable(words, { label, takeBack, undone, refused }) {
  const action = { label, async run() {
    const answer = await takeBack();
    if (answer.ok) toast(undone(answer.body));
    else toast(refused(answer), { actions: mayPass(answer) ? [action] : [] });
  } };
  toast(words, { actions: [action] });
}
