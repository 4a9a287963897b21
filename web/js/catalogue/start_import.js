// Opens the import's dialog, whose modules and looks are loaded when somebody first asks for it.

import { loadStyle } from "../base/style.js";

let opening = null;

/** `files` is a promise of files already chosen. */
export function openImport(files = null) {
  opening ??= Promise.all([import("./import.js"), loadStyle("css/import.css")]).then(([{ showImport }]) => showImport(files)).finally(() => { opening = null; });
}
