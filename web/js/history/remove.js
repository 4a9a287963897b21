// Deleting showings for good: the marked ones, or all that are older than a day.

import { openDialog } from "../base/dialog.js";
import { el, press } from "../base/dom.js";
import { t, tCount } from "../base/text.js";
import { toast } from "../base/toast.js";
import { deleteBefore, deleteShowings, localDate, whyNot } from "./calls.js";

const MOST_IDS = 100; // a call; an address has an end

/** Asks first, as nothing brings a showing back; `remove` makes the calls and gives the last answer. */
function ask({ title, words, fields = [], remove, onDone }) {
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const yes = press("button button-bad", t("history.delete.yes"), async () => {
    yes.disabled = true;
    const answer = await remove();
    yes.disabled = false;
    if (!answer.ok) {
      trouble.textContent = whyNot(answer);
      return;
    }
    dialog.close();
    toast(tCount("history.deleted", answer.body.deleted));
    onDone();
  });
  const dialog = openDialog({
    title,
    content: el("div", "form", el("p", "form-words", words), ...fields, trouble,
      el("div", "form-end", press("button", t("history.delete.no"), () => dialog.close()), yes)),
  });
}

export function askMarked(ids, { onDone }) {
  ask({
    title: tCount("history.delete.marked", ids.length),
    words: t("history.delete.why"),
    async remove() {
      let deleted = 0;
      for (let i = 0; i < ids.length; i += MOST_IDS) {
        const answer = await deleteShowings(ids.slice(i, i + MOST_IDS));
        if (!answer.ok) return answer;
        deleted += answer.body.deleted;
      }
      return { ok: true, body: { deleted } };
    },
    onDone,
  });
}

export function askOlder(camera, { onDone }) {
  const day = Object.assign(el("input", "field-input"), { type: "date", max: localDate(), value: localDate(), required: true });
  const of = camera ? t("history.delete.camera", { camera }) : t("history.delete.all");
  ask({
    title: t("history.delete.older"),
    words: `${of} ${t("history.delete.why")}`,
    fields: [el("label", "field", el("span", "field-name", t("history.delete.before")), day)],
    remove: async () => (day.value ? deleteBefore(day.value, camera) : { ok: false, status: 400, detail: t("history.delete.day") }),
    onDone,
  });
}
