// The line in the card that says what the thing's barcode or QR code has to do with the match.

import { byId, el, setText } from "../base/dom.js";
import { t } from "../base/text.js";
import { onRecordDetails } from "./record.js";

/** The code that is spoken of: one of an item if there is one. */
const told = (codes) => codes.find(({ item }) => item) ?? codes[0];
const named = ({ kind, text }) => (kind === "qr" ? t("code.qr") : t("code.barcode", { text }));

function situation({ code, matches }, { item }) {
  if (!code) return "none";
  if (code !== "contradicts") return code;
  return matches.some(({ id }) => id === item) ? "contradicts" : "other";
}

/** What a record's codes say, in words; "" for one without. */
export function codeWords(record) {
  if (!record?.codes?.length) return "";
  const code = told(record.codes);
  const title = record.matches.find(({ id }) => id === code.item)?.title || t("best.untitled");
  return t(`code.${situation(record, code)}`, { code: named(code), title });
}

function line(record) {
  const words = codeWords(record);
  if (!words) return null;
  const node = el("p", "code", words);
  node.dataset.code = record.code ?? "none";
  return node;
}

/** The line in the card: its words are made again for each item, and the line is put among them again. */
export function createCode() {
  const card = byId("best-item");
  const node = el("p", "code");
  node.id = "best-code";
  onRecordDetails((record) => [line(record)]);
  return {
    /** Shows it beside the record on screen; null for none. */
    render(record) {
      const said = codeWords(record);
      const words = card.querySelector(".best-words");
      setText(node, said);
      node.dataset.code = record?.code ?? "none";
      if (!said || !words) node.remove();
      else if (node.parentNode !== words) words.querySelector(".best-last").after(node);
    },
  };
}
