// The plan of an import: items to send, refused rows, and pictures that no row names.

import { createFinder, readText } from "./files.js";
import { isPicture, isTable, pictureRows, tableRows } from "./rows.js";

const folderOf = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** {rows, jobs, refused, spare, troubles, notes, tables}; a job is {where, draft, fields} with a `url` or a `file`. */
export async function makePlan(files, language) {
  const tables = files.filter(({ path }) => isTable(path));
  const pictures = files.filter(({ path }) => isPicture(path));
  const plan = { rows: 0, jobs: [], refused: [], missing: 0, spare: 0, troubles: [], notes: [], tables: tables.length, pictures: pictures.length };
  if (!tables.length) {
    const byPath = new Map(pictures.map((each) => [each.path, each.file]));
    plan.jobs = pictureRows([...byPath.keys()]).map(({ path, ...row }) => ({ ...row, file: byPath.get(path) }));
    plan.rows = plan.jobs.length;
    return plan;
  }
  const find = createFinder(pictures);
  const used = new Set();
  for (const table of tables) {
    const { text, encoding } = await readText(table, language);
    if (encoding) plan.notes.push({ key: "import.encoding", values: { name: table.path, encoding } });
    const { rows = [], trouble } = tableRows(table.path, text);
    if (trouble) plan.troubles.push(trouble);
    rows.forEach((row) => sort(plan, row, (path) => find(path, folderOf(table.path)), used));
  }
  plan.spare = pictures.filter(({ path }) => !used.has(path)).length;
  return plan;
}

function sort(plan, row, find, used) {
  plan.rows += 1;
  if (row.why || row.url) return (row.why ? plan.refused : plan.jobs).push(row);
  const picture = find(row.path);
  if (picture) {
    used.add(picture.path);
    return plan.jobs.push({ ...row, file: picture.file });
  }
  plan.missing += 1;
  return plan.refused.push({ ...row, why: { key: "import.no_file", values: { path: row.path } } });
}
