// Translates sentences of the server and the cameras, which are English, each known by its form.

import { told } from "./text.js";

const SPECIAL = /[.*+?^${}()|[\]\\/]/g;
const PLACE = /\\\{(\w+)\\\}/g; // a {name} once its brackets are escaped
const forms = Object.entries(told).map(([sentence, words]) =>
  [new RegExp(`^${sentence.replace(SPECIAL, "\\$&").replace(PLACE, "(?<$1>.*?)")}$`, "s"), words]);

/** The sentence in the page's language, or as it is without a translation. */
export function inOurWords(text) {
  for (const [form, words] of forms) {
    const found = form.exec(text);
    if (found) return words.replace(/\{(\w+)\}/g, (whole, name) => inOurWords(found.groups[name]));
  }
  return text;
}
