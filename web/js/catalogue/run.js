// A running import: sends the planned items, two at a time, until all are sent or it is stopped.

import { getHealth, searchable } from "../base/api.js";
import { pause } from "../base/pause.js";
import { inOurWords } from "../base/told.js";
import { t } from "../base/text.js";
import { addView, importArchive, importItem, tooLarge } from "./calls.js";

const AT_ONCE = 2;
const WAITS_S = [1, 2, 4, 8, 15, 30];
const TRIES = 3; // attempts at a row that gets no answer while the server answers others
const FOUND = { everyMs: 500, withinMs: 60000 };

/** The source of a picture with its bytes, or the reason why it can't be sent: the file may have gone since it was chosen. */
async function load({ file, url }) {
  if (url) return { url };
  if (tooLarge(file)) return { why: { key: "import.too_large", values: { name: file.name } } };
  try {
    return { file: new File([await file.arrayBuffer()], file.name, { type: file.type }) };
  } catch {
    return { why: { key: "import.unreadable", values: { name: file.name } } };
  }
}

/** The items of an archive that were refused, as rows. */
const refusedOf = ({ where }, refused) => refused.map(({ item, reason }) => ({
  where: t("import.archive.item", { name: where, n: item }), fields: {}, why: inOurWords(reason),
}));

/**
 * `state` is {phase, total, kept, refused, same, left, leftS, sent, found}; `sent` is the part of large files that is
 * uploaded of those under way, null for none; `same` are items with `same_picture`, of two
 * that name each other one; the phase is `running`, `lost` (the server does not
 * answer, tried again), `stopped`, `key` (stopped for want of a key), `finding` (all are sent, the index has
 * yet to read them) or `done`; `found` then says whether the index has read them.
 */
export function createRun(plan, { onChange }) {
  const todo = [...plan.jobs];
  const state = { phase: "running", total: todo.length, kept: 0, refused: [...plan.refused], same: [], left: todo.length, leftS: null, sent: null, found: false };
  let [change, waits, active, began] = [0, 0, 0, null];
  const uploads = new Map(); // the part that is sent of each job's large file
  const pairs = new Set(); // of ids, of the items in `same` with others
  let wake = () => {};

  function turn(phase) {
    state.phase = phase;
    onChange(state);
  }

  /** Notes the part of a job's file that is uploaded, null once it is another's turn. */
  function sending(job, part) {
    if (part !== null) uploads.set(job, part);
    else if (!uploads.delete(job)) return;
    const parts = [...uploads.values()];
    state.sent = parts.length ? parts.reduce((sum, each) => sum + each) / parts.length : null;
    onChange(state);
  }

  function took(row, answer) {
    if (answer?.ok) {
      state.kept += row.archive ? answer.body.items : 1;
      change = Math.max(change, answer.body.change);
      if (row.archive) state.refused.push(...refusedOf(row, answer.body.refused));
      else noteSame(answer.body);
    } else state.refused.push(row);
    state.left -= 1;
    const done = began.left - state.left;
    state.leftS = ((performance.now() - began.atMs) / 1000 / done) * state.left;
    onChange(state);
  }

  function noteSame({ id, title, same_picture: others = [] }) {
    const untold = others.filter((other) => !pairs.has(`${other.id}\n${id}`));
    untold.forEach((other) => pairs.add(`${id}\n${other.id}`));
    if (untold.length) state.same.push({ id, title, same_picture: untold });
  }

  /** Puts a row back after no answer, to be sent again later, or refuses it if it alone gets none. */
  async function lose(job) {
    job.tries = (job.tries ?? 0) + 1;
    const health = await getHealth();
    if (health?.status === "ok" && job.tries >= TRIES) return took({ ...job, why: { key: "import.no_answer", values: {} } });
    todo.unshift(job);
    if (!going()) return;
    turn("lost");
    const s = WAITS_S[Math.min(waits, WAITS_S.length - 1)];
    waits += 1;
    await Promise.race([pause(s * 1000), new Promise((resolve) => { wake = resolve; })]);
  }

  const going = () => state.phase === "running" || state.phase === "lost";

  /** Sends an item's pictures, or an archive; `n` is the picture that was sent last. */
  async function sendJob(job, [first, ...more]) {
    const onSent = (part) => sending(job, part);
    if (job.archive) return { answer: await importArchive({ file: job.archive, onSent }), n: 1 };
    let answer = await importItem(job.draft, { ...first, onSent });
    let n = 1; // an item that is sent again begins with its first one
    for (const source of more) {
      if (!answer.ok) break;
      n += 1;
      // On condition that nobody has changed it since, or another's item would get these pictures.
      answer = await addView(answer.body.id, { ...source, onSent }, answer.body.revision);
    }
    return { answer, n };
  }

  async function one(job) {
    const sources = await Promise.all((job.sources ?? []).map(load));
    const unread = sources.find(({ why }) => why);
    if (unread) return took({ ...job, ...unread });
    const { answer, n } = await sendJob(job, sources);
    sending(job, null);
    if (answer.status === 401 || (answer.status === 429 && /API key/.test(answer.body?.detail))) {
      todo.unshift(job);
      return turn("key");
    }
    if (answer.status === 409 && n > 1 && (job.changed = (job.changed ?? 0) + 1) < TRIES) return todo.unshift(job);
    if (answer.status === 0 || [429, 502, 503, 504].includes(answer.status)) return lose(job);
    waits = 0;
    if (state.phase === "lost") state.phase = "running";
    const why = answer.detail || String(answer.status);
    return took({ ...job, why: n > 1 ? { key: "import.view", values: { n, why } } : why }, answer);
  }

  async function worker() {
    active += 1;
    while (going() && todo.length) await one(todo.shift());
    active -= 1;
    if (active === 0 && (going() || (state.phase === "stopped" && !state.left))) await finish();
  }

  /** Returns when the sent items can be found, or after a limit. */
  async function finish() {
    turn("finding");
    state.found = !change || await searchable(change, FOUND);
    turn("done");
  }

  function start() {
    began = { atMs: performance.now(), left: state.left };
    turn("running");
    for (let i = active; i < AT_ONCE; i += 1) worker();
  }

  return {
    state,
    start,
    stop() {
      if (!going()) return;
      turn("stopped");
      wake();
    },
  };
}
