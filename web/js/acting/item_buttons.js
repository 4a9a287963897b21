// Buttons of the match on screen: its item's own page in a new tab, and its id to the clipboard.

import { announce } from "../base/announce.js";
import { el, press, safeLink, setText } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { t } from "../base/text.js";
import { live } from "../live/live.js";
import { group } from "../live/match.js";
import { choicesOf } from "../live/which.js";
import { copy } from "./clipboard.js";

const SAID_MS = 2000;

/** The one item that a record shows; null for no match, for items that are equal, and while it is asked which one it is. */
export function itemOf(record) {
  if (!record || record.verdict === "no_match" || choicesOf(record).length) return null;
  const members = group(record);
  return members.length === 1 ? members[0] : null;
}

const hint = (key) => Object.assign(el("kbd", "key-hint", key), { ariaHidden: "true" });

/** The element for the live card. It keeps its place while there is no item, so that nothing beside it moves. */
export function createItemButtons() {
  const words = el("span", "", t("acting.copy"));
  let timer = 0;
  const item = () => itemOf(live.now().record);

  function openLink() {
    window.open(safeLink(item().link), "_blank", "noopener,noreferrer");
  }

  async function copyId() {
    const { id } = item();
    const said = t(await copy(id) ? "acting.copied" : "acting.copy.failed", { id });
    setText(words, said);
    announce(said);
    clearTimeout(timer);
    timer = setTimeout(() => setText(words, t("acting.copy")), SAID_MS);
  }

  const link = press("button", t("acting.open"), openLink);
  link.append(hint("O"));
  const id = press("button", "", copyId);
  id.append(words, hint("C"));
  const node = el("div", "acting-item", id, link);

  function render() {
    const shown = item();
    link.style.visibility = shown && safeLink(shown.link) ? "" : "hidden";
    id.style.visibility = shown ? "" : "hidden";
  }

  const isLive = () => document.body.dataset.page === "live";
  addKey({ key: "o", text: "help.open", run: openLink, when: () => isLive() && Boolean(item() && safeLink(item().link)) });
  addKey({ key: "c", text: "help.copy", run: copyId, when: () => isLive() && item() !== null });
  live.onChange(render);
  render();
  return node;
}
