// Chosen or dropped files, with those inside folders, as [{path, file}]; paths have slashes.

import { isPicture, isTable } from "./rows.js";

export const PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/gif";
const UTF16 = { "255,254": "utf-16le", "254,255": "utf-16be" };
const ELSE = { ko: "euc-kr" }; // encodings of spreadsheets that do not write UTF-8, by language

/** A file or folder that can't be read any more, for example because it was moved. */
export class Unreadable extends Error {
  constructor(path) {
    super(`${path} can't be read`);
    this.path = path;
  }
}

const orUnreadable = (path) => () => { throw new Unreadable(path); };

/** Files of an <input>, whose paths leave out the chosen folder's own name. */
export const chosen = (input) => [...input.files].map((file) => ({
  path: file.webkitRelativePath ? file.webkitRelativePath.split("/").slice(1).join("/") : file.name, file,
}));

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** All entries of a folder, which come a hundred at a time. */
async function within(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    found.push(...some);
  }
}

async function walk(entry, path) {
  if (entry.isFile) return [{ path, file: await fileOf(entry).catch(orUnreadable(path || entry.name)) }];
  const inner = await within(entry).catch(orUnreadable(path || entry.name));
  return (await Promise.all(inner.map((each) => walk(each, path ? `${path}/${each.name}` : each.name)))).flat();
}

/** Files of a drop; call it in the event, after which the browser forgets them. */
export function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return Promise.resolve([...transfer.files].map((file) => ({ path: file.name, file })));
  const alone = entries.length === 1 && entries[0].isDirectory;
  return Promise.all(entries.map((entry) => walk(entry, alone ? "" : entry.name))).then((found) => found.flat());
}

/** Pictures of a drop or of the clipboard. */
export const picturesOf = (transfer) => [...transfer?.files ?? []].filter((file) => PICTURE_TYPES.split(",").includes(file.type));

/** A table's text, and its encoding if it is not UTF-8. */
export async function readText({ path, file }, language) {
  const bytes = new Uint8Array(await file.arrayBuffer().catch(orUnreadable(path)));
  const wide = UTF16[bytes.slice(0, 2).join()];
  if (wide) return { text: new TextDecoder(wide).decode(bytes), encoding: "" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "" };
  } catch {
    const encoding = ELSE[language] ?? "windows-1252";
    return { text: new TextDecoder(encoding).decode(bytes), encoding };
  }
}

const plain = (path) => path.normalize("NFC").toLowerCase().replaceAll("\\", "/").split("/").filter((part) => part && part !== ".").join("/");
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

/** Finds the pictures that rows name: by path from the table's folder, else by name, or by the path's end. */
export function createFinder(files) {
  const byPath = new Map();
  const byName = new Map();
  for (const each of files.filter(({ path }) => isPicture(path))) {
    const path = plain(each.path);
    byPath.set(path, each);
    byName.set(nameOf(path), [...(byName.get(nameOf(path)) ?? []), { ...each, plain: path }]);
  }
  return (named, folder) => {
    const path = plain(named);
    const exact = byPath.get(plain(`${folder}/${named}`)) ?? byPath.get(path);
    if (exact) return exact;
    const alike = byName.get(nameOf(path)) ?? [];
    if (alike.length < 2) return alike[0] ?? null;
    const ending = alike.filter((each) => each.plain.endsWith(`/${path}`));
    return ending.length === 1 ? ending[0] : null;
  };
}

/** Whether any of these files can be imported. */
export const isOfUse = ({ path }) => isTable(path) || isPicture(path);
