// Who has changed what, newest first; changes of one kind in a row are one line.

import { call } from "../base/api.js";
import { el, press } from "../base/dom.js";
import { refusal } from "../base/refusal.js";
import { dateTime, has, t, tCount } from "../base/text.js";

const LIMIT = 100;
const TOGETHER_MS = 60000;
const MOST_SUBJECTS = 3;

/** Words for what was done, in the page's language where it has some. */
function done({ call: of, action }) {
  const key = `audit.${of.replace(/[{}]/g, "")}`;
  return has(key) && action !== "deleted items" ? t(key) : action;
}

/** Groups of neighbours by one person, of one kind, each within a minute of the next. */
function grouped(lines) {
  const groups = [];
  for (const line of lines) {
    const last = groups.at(-1)?.at(-1);
    const same = last && last.name === line.name && last.call === line.call && last.action === line.action
      && Date.parse(last.at) - Date.parse(line.at) < TOGETHER_MS;
    if (same) groups.at(-1).push(line);
    else groups.push([line]);
  }
  return groups;
}

function row(lines) {
  const [{ at, name, role }] = lines;
  const subjects = [...new Set(lines.map(({ subject }) => subject))].filter(Boolean);
  const more = subjects.length > MOST_SUBJECTS ? "…" : "";
  const times = lines.length > 1 ? tCount("audit.times", lines.length) : "";
  return el("li", "audit-line",
    el("span", "audit-who", role === "owner" ? t("access.owner") : name),
    el("span", "", [done(lines[0]), times].filter(Boolean).join(" · ")),
    el("span", "audit-subject", subjects.slice(0, MOST_SUBJECTS).join("; ") + more),
    Object.assign(el("time", "audit-at", dateTime(at)), { dateTime: at }));
}

export function createAudit() {
  const list = el("ol", "audit");
  const trouble = el("p", "form-trouble");
  trouble.setAttribute("role", "alert");
  const none = el("p", "form-words", t("audit.none"));
  const more = press("button", t("audit.more"), () => readPage(next));
  let [lines, next] = [[], null];

  async function readPage(after) {
    const answer = await call(`audit?${new URLSearchParams({ limit: LIMIT, after })}`);
    trouble.textContent = answer.ok ? "" : refusal(answer);
    if (!answer.ok) return;
    lines = after ? [...lines, ...answer.body.lines] : answer.body.lines;
    next = answer.body.next;
    list.replaceChildren(...grouped(lines).map(row));
    none.hidden = lines.length > 0;
    more.hidden = next === null;
  }

  more.hidden = true;
  const node = el("section", "key-part", el("h2", "", t("audit.title")), el("p", "form-words", t("audit.why")), none, list, trouble, more);
  return { node, read: () => readPage("") };
}
