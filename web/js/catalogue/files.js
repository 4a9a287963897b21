// Chosen or dropped files, with those inside folders, as [{path, file}]; paths have slashes.

export const PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/gif";

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

/** A file's bytes. */
export const readBytes = ({ path, file }) => file.arrayBuffer().catch(orUnreadable(path));

const plain = (path) => path.normalize("NFC").replaceAll("\\", "/").split("/").filter((part) => part && part !== ".").join("/");
const nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);
const alone = (found) => (found?.length === 1 ? found[0] : null);

/**
 * Finds the picture that a row names: by its path from the table's folder, in other case if one alone fits, else by
 * its name or the path's end, because a browser hides the folders of chosen files.
 */
export function createFinder(pictures) {
  const [byPath, bySmall, byName] = [new Map(), new Map(), new Map()];
  const add = (index, key, picture) => index.set(key, [...(index.get(key) ?? []), picture]);
  for (const picture of pictures) {
    const path = plain(picture.path);
    byPath.set(path, picture);
    add(bySmall, path.toLowerCase(), picture);
    add(byName, nameOf(path).toLowerCase(), picture);
  }
  return (named, folder) => {
    const [path, below] = [plain(named), plain(`${folder}/${named}`)];
    const there = byPath.get(below) ?? byPath.get(path) ?? alone(bySmall.get(below.toLowerCase())) ?? alone(bySmall.get(path.toLowerCase()));
    if (there) return there;
    const alike = byName.get(nameOf(path).toLowerCase()) ?? [];
    return alone(alike) ?? alone(alike.filter((each) => plain(each.path).toLowerCase().endsWith(`/${path.toLowerCase()}`)));
  };
}
