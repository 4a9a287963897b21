// Choosing an item: buttons for the likeliest, and a search by words for all others.

import { call } from "../base/api.js";
import { el, setText } from "../base/dom.js";
import { picture } from "../base/picture.js";
import { refusal } from "../base/refusal.js";
import { t } from "../base/text.js";
import { titleOf } from "../live/match.js";

const SHOWN = 12;
const REST_MS = 200;

const thumbnail = (item) => picture(item.url, { width: 160 }).node;

/** Items as buttons in a list. */
export function createChoices(items, { onPick }) {
  return el("ul", "choices", ...items.map((item) => {
    const category = item.metadata?.category;
    const button = el("button", "choice", thumbnail(item),
      el("span", "choice-words", el("span", "choice-title", titleOf(item)), category ? el("span", "choice-more", String(category)) : null));
    button.type = "button";
    button.addEventListener("click", () => onPick(item));
    return el("li", "", button);
  }));
}

/** A field that finds items by their words while one types, with the found items as buttons. */
export function createItemSearch({ label, onPick }) {
  const input = Object.assign(el("input", "field-input"), { type: "search", autocomplete: "off", maxLength: 200 });
  const words = el("p", "found-words");
  words.setAttribute("role", "status");
  const found = el("div", "found");
  let round = 0;
  let timer = 0;

  async function find() {
    const mine = round += 1;
    const text = input.value.trim();
    const answer = text ? await call(`items?${new URLSearchParams({ text, limit: SHOWN + 1 })}`) : { ok: true, body: { items: [] } };
    if (mine !== round) return;
    const items = answer.body?.items ?? [];
    found.replaceChildren(createChoices(items.slice(0, SHOWN), { onPick }));
    if (!answer.ok) setText(words, refusal(answer));
    else if (text && !items.length) setText(words, t("choose.none", { text }));
    else setText(words, items.length > SHOWN ? t("choose.more", { n: SHOWN }) : "");
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, REST_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // this key must not submit the form around the field
    clearTimeout(timer);
    find();
  });
  return { node: el("div", "choose", el("label", "field", el("span", "field-name", label), input), words, found), input };
}
