// A sample table to download: the columns that an import reads, with two items.

import { el, press } from "../base/dom.js";
import { t } from "../base/text.js";
import { writeCsv } from "./csv.js";

const LINES = [
  ["id", "title", "image", "image2", "link", "price", "currency", "category", "colour"],
  ["mug-red", "Red mug", "red-mug.jpg", "red-mug-side.jpg", "https://shop.example/mug-red", "14.50", "EUR", "Mugs", "red"],
  ["vase-blue", "Blue vase", "https://shop.example/pictures/blue-vase.jpg", "", "https://shop.example/vase-blue", "29.00", "EUR", "Vases", "blue"],
];

/** Saves a text of CSV as a file. */
export function saveCsv(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  Object.assign(el("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000); // the browser may still be asking where to save it
}

export const sampleButton = () => press("button button-quiet", t("import.sample"), () => saveCsv("sample.csv", writeCsv(LINES)));
