// The plan of an import: items to send, refused rows, and what stays out. The server reads tables and sorts names.

import { inOurWords } from "../base/told.js";
import { t } from "../base/text.js";
import { readTable, refusal, sortFiles, tooLargeTable } from "./calls.js";
import { createFinder, readBytes } from "./files.js";
import { recall } from "./remembered.js";

const folderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
const isArchive = ({ path }) => /\.zip$/i.test(path);
const MOST_BYTES = 64 * 1024 * 1024; // of a table that is read here at all; the server takes less
const isAddress = (source) => /^https?:\/\//.test(source);

const empty = () => ({
  rows: 0, jobs: [], refused: [], missing: 0, spare: 0, trouble: "", tables: [], pictures: 0, archives: 0, system: 0, kinds: {},
});

/**
 * {rows, jobs, refused, missing, spare, trouble, tables, pictures, archives, system, kinds}; a job is {where, draft,
 * fields, sources}, a source {url} or {file}; it has
 * the `names` of its table's columns, and what its lines hold in `fields`, `further` and `surplus`; one of an archive is {where, fields, archive}. `choices` has a person's choices for a table, {encoding, columns}, by its path.
 */
export async function makePlan(all, choices) {
  const plan = empty();
  const [archives, files] = [all.filter(isArchive), all.filter((each) => !isArchive(each))];
  plan.archives = archives.length;
  for (const { path, file } of archives) plan.jobs.push({ where: path, fields: { archive: path }, archive: file });
  if (!files.length) return plan;
  const sorted = await sortFiles(files.map(({ path }) => path));
  if (!sorted.ok) return Object.assign(plan, { trouble: refusal(sorted) });
  const byPath = new Map(files.map((each) => [each.path, each]));
  const pictures = sorted.body.pictures.map((row) => ({ ...row, file: byPath.get(row.path).file }));
  Object.assign(plan, { pictures: pictures.length, system: sorted.body.system, kinds: sorted.body.kinds });
  const find = createFinder(pictures);
  const used = new Set();
  for (const path of sorted.body.tables) {
    const { answer, remembered } = await readAsChosen(byPath.get(path), choices);
    const others = pictures.length + sorted.body.tables.length - 1;
    // A text without columns beside other files is no table.
    if (answer.body?.names && !answer.ok && others && !choices.has(path) && /\.txt$/i.test(path)) {
      plan.kinds[".txt"] = (plan.kinds[".txt"] ?? 0) + 1;
    } else {
      plan.tables.push({ path, choice: choices.get(path), remembered, ...answer.body, trouble: answer.ok ? "" : refusal(answer) });
      for (const row of answer.ok ? answer.body.rows : []) sort(plan, row, { path, names: answer.body.names }, find, used);
    }
  }
  if (plan.tables.length) plan.spare = pictures.filter(({ path }) => !used.has(path)).length;
  else pictures.forEach((picture) => sortAlone(plan, picture));
  return plan;
}

/** A table as a person chose, now or at an earlier table with the same columns. */
async function readAsChosen(chosen, choices) {
  const { path, file } = chosen;
  if (file.size > MOST_BYTES) return { answer: tooLargeTable(path), remembered: false };
  const bytes = await readBytes(chosen);
  const answer = await readTable(path, bytes, choices.get(path) ?? {});
  const known = choices.has(path) ? null : recall(answer.body?.names);
  if (!known) return { answer, remembered: choices.get(path)?.remembered === true };
  const again = await readTable(path, bytes, known);
  if (!again.ok) return { answer, remembered: false };
  choices.set(path, { ...known, remembered: true });
  return { answer: again, remembered: true };
}

function sortAlone(plan, { path, id, title, reason, file }) {
  plan.rows += 1;
  const row = { where: path, fields: { title, image: path } };
  if (reason) plan.refused.push({ ...row, why: inOurWords(reason) });
  else plan.jobs.push({ ...row, draft: { id, title, link: "", metadata: {} }, sources: [{ file }] });
}

function sort(plan, row, table, find, used) {
  plan.rows += 1;
  const { id, title, link, metadata, fields, further, surplus } = row;
  const written = { names: table.names, fields, further, surplus };
  const job = { where: t("import.line", { name: table.path, line: row.line }), ...written, draft: { id, title, link: link ?? "", metadata } };
  if (row.reason) return plan.refused.push({ ...job, why: inOurWords(row.reason) });
  const sources = [];
  for (const image of row.images) {
    const picture = isAddress(image) ? { url: image } : find(image, folderOf(table.path));
    if (!picture) {
      plan.missing += 1;
      return plan.refused.push({ ...job, why: { key: "import.no_file", values: { path: image } } });
    }
    if (picture.path) used.add(picture.path);
    sources.push(picture.url ? picture : { file: picture.file });
  }
  return plan.jobs.push({ ...job, sources });
}
