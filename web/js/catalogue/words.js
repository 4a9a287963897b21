// An item's words as fields: title, id, link, and rows of metadata.

import { el } from "../base/dom.js";
import { t } from "../base/text.js";
import { detailOf } from "./merge.js";
import { createTrouble } from "./trouble.js";

const TAKEN = ["id", "title", "link", "image"]; // fields of the api's form that are no metadata
let lists = 0;

function field(label, input, { hint = "", className = "" } = {}) {
  const trouble = createTrouble(input);
  const name = el("span", "field-name", label, hint ? el("span", "field-hint", hint) : null);
  return { node: el("div", `field-room ${className}`, el("label", "field", name, input), trouble.node), trouble };
}

/** A row of metadata: name (with other items' names as suggestions), value, and a remove button. */
function metadataRow({ name = "", value = "", suggestions, onRemove }) {
  const names = Object.assign(el("input", "field-input"), { value: name, maxLength: 300, placeholder: t("words.name") });
  names.setAttribute("list", suggestions);
  names.setAttribute("aria-label", t("words.name"));
  // A <textarea> if the value has several lines, which an <input> would join.
  const values = Object.assign(el("textarea", "field-input"), { value, rows: 1, maxLength: 2000, placeholder: t("words.value") });
  const remove = Object.assign(el("button", "dialog-shut"), { type: "button" });
  const call = () => {
    values.setAttribute("aria-label", names.value ? t("words.value.of", { name: names.value }) : t("words.value"));
    remove.setAttribute("aria-label", names.value ? t("words.remove.of", { name: names.value }) : t("words.remove"));
  };
  names.addEventListener("input", call);
  call();
  const node = el("li", "words-row", names, values, remove);
  remove.addEventListener("click", () => onRemove(node));
  return { node, names, values };
}

function createMetadata({ metadata, names }) {
  const rows = new Map();
  const list = el("ul", "words-rows");
  list.setAttribute("role", "list");
  const suggestions = el("datalist", "", ...names.map((name) => Object.assign(el("option"), { value: name })));
  suggestions.id = `names-${lists += 1}`;
  const more = Object.assign(el("button", "button", t("words.more")), { type: "button" });
  const trouble = createTrouble(more);

  function add(name, value) {
    const row = metadataRow({ name, value, suggestions: suggestions.id, onRemove: remove });
    rows.set(row.node, row);
    list.append(row.node);
    return row;
  }

  function remove(node) {
    const next = node.nextElementSibling ?? node.previousElementSibling;
    rows.delete(node);
    node.remove();
    (next?.querySelector("button") ?? more).focus();
  }

  /** Shows these pairs; rows without a name or a value yet stay. */
  function fill(pairs) {
    const left = new Map(Object.entries(pairs));
    for (const row of [...rows.values()]) {
      const name = row.names.value.trim();
      if (left.has(name)) {
        row.values.value = left.get(name);
        left.delete(name);
      } else if (name && row.values.value.trim()) {
        rows.delete(row.node);
        row.node.remove();
      }
    }
    left.forEach((value, name) => add(name, value));
  }

  fill(metadata);
  more.addEventListener("click", () => add("", "").names.focus());
  const group = el("fieldset", "words-metadata", el("legend", "field-name", t("words.metadata")), list, suggestions, trouble.node, more);
  return {
    node: group,
    trouble,
    add,
    fill,
    focus: (wanted) => ([...rows.values()].find(({ names: name }) => name.value.trim() === wanted)?.values ?? more).focus(),
    /** The pairs as an object, or null with an error shown if they are not valid. */
    read() {
      const found = {};
      for (const { names: name, values: value } of rows.values()) {
        const key = name.value.trim();
        if (!value.value.trim()) continue;
        const wrong = !key ? "words.unnamed" : TAKEN.includes(key) ? "words.taken" : Object.hasOwn(found, key) ? "words.twice" : "";
        if (wrong) {
          trouble.show(t(wrong, { name: key, value: value.value }));
          name.focus();
          return null;
        }
        found[key] = value.value;
      }
      return found;
    },
    /** The rows as typed, complete or not. */
    raw: () => [...rows.values()].map(({ names: name, values: value }) => [name.value, value.value]).filter(([name, value]) => name || value),
  };
}

/** `item` is the edited item, null for a new one, whose id may be chosen. */
export function createWords({ item = null, names = [] }) {
  const title = Object.assign(el("input", "field-input"), { value: item?.title ?? "", maxLength: 300, required: true });
  const link = Object.assign(el("input", "field-input"), { type: "text", inputMode: "url", value: item?.link ?? "", placeholder: "https://" });
  const id = Object.assign(el("input", "field-input"), { maxLength: 200, spellcheck: false, autocapitalize: "off" });
  const metadata = createMetadata({ metadata: item?.metadata ?? {}, names });
  if (!item) names.slice(0, 3).forEach((name) => metadata.add(name, ""));
  const fields = {
    title: field(t("words.title"), title),
    link: field(t("words.link"), link, { hint: t("words.optional") }),
    id: field(t("words.id"), id, { hint: t("words.id.hint") }),
  };
  const troubles = { title: fields.title.trouble, link: fields.link.trouble, id: fields.id.trouble, metadata: metadata.trouble };
  const state = () => JSON.stringify([title.value, link.value, id.value, metadata.raw().filter(([, value]) => value || item)]);
  let first = state();
  const node = el("div", "words", fields.title.node, metadata.node, fields.link.node, item ? null : fields.id.node);

  function fill(said) {
    title.value = said.title;
    link.value = said.link ?? "";
    metadata.fill(said.metadata);
  }

  return {
    node,
    title,
    troubles,
    fill,
    /** Shows these words as unchanged ones. */
    begin(said) {
      fill(said);
      first = state();
    },
    /** The words as typed, complete or not. */
    typed: () => ({ title: title.value, link: link.value, metadata: Object.fromEntries(metadata.raw().filter(([name]) => name.trim())) }),
    /** `key` is a field's key in merge.js. */
    focus: (key) => ({ title, link }[key] ?? { focus: () => metadata.focus(detailOf(key)) }).focus(),
    changed: () => state() !== first,
    /** {title, link, metadata} and a new item's id, or null if a field is not valid. */
    read() {
      Object.values(troubles).forEach((trouble) => trouble.show(""));
      const pairs = metadata.read();
      return pairs && { title: title.value, link: link.value.trim(), metadata: pairs, ...(!item && { id: id.value.trim() }) };
    },
  };
}
