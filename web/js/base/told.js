// What the server and the cameras say, in the page's language: they speak English, in sentences known by their form.

import { told } from "./text.js";

const SPECIAL = /[.*+?^${}()|[\]\\/]/g;
const PLACE = /\\\{(\w+)\\\}/g; // a {name} once its brackets are escaped
const forms = Object.entries(told).map(([sentence, words]) =>
  [new RegExp(`^${sentence.replace(SPECIAL, "\\$&").replace(PLACE, "(?<$1>.*?)")}$`, "s"), words]);

/** The same in the page's language; as it is, where that has no words for it. */
export function inOurWords(text) {
  for (const [form, words] of forms) {
    const found = form.exec(text);
    if (found) return words.replace(/\{(\w+)\}/g, (whole, name) => inOurWords(found.groups[name]));
  }
  return text;
}
