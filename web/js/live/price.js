// A price with its currency: as it was written, or from a number and the item's detail `currency`.

import { language } from "../base/text.js";

const NUMBER = /^\d+(?:[.,]\d{1,2})?$/;
const CODED = /^(?:([A-Z]{3})\s*(\d[\d.,]*)|(\d[\d.,]*)\s*([A-Z]{3}))$/; // such as EUR 12.50 and 12.50 EUR

function inCurrency(number, currency) {
  if (!NUMBER.test(number)) return null;
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(Number(number.replace(",", ".")));
  } catch {
    return null; // no currency's code
  }
}

/** The words for an item's price, or null without one. */
export function priceWords({ price, currency } = {}) {
  const text = String(price ?? "").trim();
  if (!text) return null;
  if (currency) return inCurrency(text, String(currency).trim().toUpperCase()) ?? `${text} ${currency}`;
  const [, before, after, number, code] = CODED.exec(text) ?? [];
  return (before && inCurrency(after, before)) || (code && inCurrency(number, code)) || text;
}
