// The import's dialog: choosing files, their summary, progress, and refused rows.

import { openDialog } from "../base/dialog.js";
import { el, setText } from "../base/dom.js";
import { setRich, t } from "../base/text.js";
import { chosen, dropped, PICTURE_TYPES, Unreadable } from "./files.js";
import { found, passedOver } from "./found.js";
import { chooser, listen } from "./intake.js";
import { begin, forget, goOn, onImport, stop } from "./job.js";
import { makePlan } from "./plan.js";
import { createProgress } from "./progress.js";
import { refusedRows } from "./refused.js";
import { remember } from "./remembered.js";
import { sameRows } from "./same.js";
import { sampleButton } from "./sample.js";

const TYPING_MS = 500; // a name that is typed into a list goes through others, and a redrawn list forgets the first letters
const TYPES = `.csv,.jsonl,.txt,.xml,.zip,${PICTURE_TYPES}`;

/** The area where files are chosen or dropped; more are added to those already there. */
function createSource({ onPlan }) {
  const files = new Map(); // by path
  const choices = new Map(); // of a table's columns and encoding, by path
  let latest = 0; // the number of the newest plan
  let typing = 0; // the timer of a choice that may be typed on
  const trouble = Object.assign(el("p", "form-trouble"), { role: "alert" });
  const room = el("div", "import-plan");

  /** Says which file can't be read. */
  function tellUnreadable(error) {
    if (!(error instanceof Unreadable)) throw error;
    setText(trouble, t("import.unreadable", { name: error.path }));
  }

  /** `coming` is files, or a promise of them. */
  async function take(coming) {
    const some = await Promise.resolve(coming).catch(tellUnreadable);
    if (!some) return;
    setText(trouble, some.length ? "" : t("import.nothing"));
    some.forEach((each) => files.set(each.path, each));
    if (some.length) await show();
  }

  /** Draws the plan of the files; the focus goes to its heading, to the list `field` that was changed, or stays in a list. */
  async function show(field = "") {
    latest += 1;
    const mine = latest;
    room.setAttribute("aria-busy", "true");
    try {
      const plan = await makePlan([...files.values()], choices);
      if (mine !== latest) return;
      if (!plan.trouble && !plan.tables.length && !plan.pictures && !plan.archives) return tellNothing(plan);
      const at = room.querySelector("[data-field]:focus")?.dataset.field ?? field;
      room.replaceChildren(found(plan, { onBegin: () => mine === latest && start(plan), onClear: clear, onChoose: choose }));
      (room.querySelector(`[data-field="${CSS.escape(at)}"]`) ?? room.querySelector("h3")).focus();
    } catch (error) {
      if (mine !== latest) return;
      tellUnreadable(error);
      files.delete(error.path); // the plan goes on without it
      if (files.size) await show();
      else room.replaceChildren();
    } finally {
      if (mine === latest) room.removeAttribute("aria-busy");
    }
  }

  function start(plan) {
    plan.tables.forEach(({ names, choice }) => choice && names && remember(names, choice));
    onPlan(plan);
  }

  function tellNothing(plan) {
    clear();
    setText(trouble, [t("import.nothing"), ...passedOver(plan)].join(" "));
  }

  function choose(path, choice, field) {
    choices.set(path, choice);
    latest += 1; // what is drawn is no longer what was chosen
    room.setAttribute("aria-busy", "true");
    clearTimeout(typing);
    typing = setTimeout(() => show(field), TYPING_MS);
  }

  function clear() {
    clearTimeout(typing);
    latest += 1;
    files.clear();
    choices.clear();
    room.removeAttribute("aria-busy");
    room.replaceChildren();
    setText(trouble, "");
    node.querySelector("button").focus();
  }

  const fromInput = (input) => take(chosen(input));
  const words = el("p", "form-words");
  setRich(words, t("import.words"));
  const limits = el("p", "form-words import-limits", el("span", ""), " ", sampleButton());
  setRich(limits.firstChild, t("import.limits"));
  const folder = "webkitdirectory" in HTMLInputElement.prototype
    ? chooser(t("import.choose.folder"), { webkitdirectory: true, onFiles: fromInput }) : [];
  const buttons = el("div", "pick", ...chooser(t("import.choose"), { accept: TYPES, multiple: true, onFiles: fromInput, main: true }), ...folder);
  const node = el("section", "import-source", words, limits, el("div", "drop-zone", el("p", "", t("import.drop")), buttons), trouble, room);
  return { node, clear, take };
}

function createOutcome({ onMore, onClose }) {
  const rows = el("div", "import-plan");
  const progress = createProgress({
    stop: { label: t("import.stop"), run: stop, phases: ["running", "lost"] },
    more: { label: t("import.more"), run: onMore, phases: ["done", "stopped", "key"] },
    goOn: { label: t("import.go_on"), run: goOn, phases: ["stopped", "key"], main: true },
    close: { label: t("dialog.close"), run: onClose, phases: ["done"], main: true },
  });
  let shown = -1;
  return {
    node: el("section", "import-outcome", progress.node, el("p", "form-words import-hint", t("import.goes_on")), rows),
    render(state) {
      progress.render(state);
      // Not while the list grows, which would move the reader's place and the button's focus.
      const count = ["done", "stopped", "key"].includes(state.phase) ? state.refused.length + state.same.length : 0;
      if (count !== shown) rows.replaceChildren(...(count ? [refusedRows(state.refused), sameRows(state.same)] : []).filter(Boolean));
      shown = count;
    },
  };
}

/** `files` is a promise of files already chosen. */
export function showImport(files = null) {
  const source = createSource({ onPlan: begin });
  const outcome = createOutcome({ onMore: () => { source.clear(); forget(); }, onClose: () => dialog.close() });
  const dialog = openDialog({ title: t("import.title"), className: "dialog-wide import", content: [source.node, outcome.node], onClose: leave });
  let turned = null; // the phase drawn before, "none" for no import
  const off = onImport((state) => {
    const running = state !== null;
    source.node.hidden = running;
    outcome.node.hidden = !running;
    outcome.node.dataset.phase = state?.phase ?? "";
    if (running) outcome.render(state);
    // The focused element may have been removed with its part of the dialog.
    if (turned !== null && (turned !== "none") !== running) (running ? outcome : source).node.querySelector("button:not([hidden])").focus();
    turned = state?.phase ?? "none";
  });

  /** An end seen in the dialog is not shown again in the bar. */
  function leave() {
    off();
    if (turned === "done") forget();
  }

  listen(dialog.node, (transfer) => source.take(dropped(transfer)), { when: () => !source.node.hidden });
  if (files) source.take(files);
}
