// The page's texts in the browser's language, from one flat table a language.

/** The languages, each by its own name; the first is the default. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ja: "日本語", ko: "한국어" };
const NAME = "lookalike.language";

/** The language that the person chose, else the first of the browser's languages that the page has. */
function wantedLanguage() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(NAME);
  } catch { /* a browser that keeps nothing */ }
  const wanted = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wanted.find((tag) => tag in LANGUAGES) ?? Object.keys(LANGUAGES)[0];
}

export const language = wantedLanguage();
const { default: table, told: sentences = {} } = await import(`../../text/${language}.js`);

/** Adds the texts of a part of the page that is not there from the start, of the folder of this name. */
export async function loadTexts(part) {
  Object.assign(table, (await import(`../../text/${part}/${language}.js`)).default);
}

/** The language's words for sentences of the server and the cameras; see told.js. */
export const told = sentences;

const percentFormat = new Intl.NumberFormat(language, { style: "percent" });
const tenthsFormat = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const plurals = new Intl.PluralRules(language);
const timeFormat = new Intl.DateTimeFormat(language, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** The text of a key with its {values} filled in; an unknown key is shown as it is, so that it is noticed. */
export function t(key, values = {}) {
  const text = table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export const has = (key) => key in table;
export const percent = (share) => percentFormat.format(Math.min(1, Math.max(0, share || 0)));
export const tenths = (share) => tenthsFormat.format(share);

/** The text for a number of things, in the plural form that the language needs; `other` is the default form, as for millions in French. */
export function tCount(key, n, values = {}) {
  const form = `${key}.${plurals.select(n)}`;
  return t(has(form) ? form : `${key}.other`, { n, ...values });
}

/** A probability: never 0 or 100 %, because nothing that a camera sees is certain. */
export function chance(share) {
  const whole = Math.round((share || 0) * 100);
  if (whole < 1) return t("chance.under", { n: percent(0.01) });
  return whole > 99 ? t("chance.over", { n: percent(0.99) }) : percent(share);
}

/** Turns the page to another language. */
export function switchLanguage(tag) {
  try {
    localStorage.setItem(NAME, tag);
  } catch { /* then this press was all */ }
  location.reload();
}

const dateFormat = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });

export const dateTime = (isoTime) => dateFormat.format(new Date(isoTime));
export const clockTime = (isoTime) => timeFormat.format(new Date(isoTime));

/** Puts a text into a node, with its `marked` parts as code elements. */
export function setRich(node, text) {
  const parts = text.split("`").map((part, i) => {
    if (i % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
  node.replaceChildren(...parts);
}

/** Fills what index.html marks with data-text and data-label. */
export function fillStaticTexts() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", t(node.dataset.label));
}
