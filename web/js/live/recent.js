// The strip of recent distinct matches, newest first; each opens its record.

import { byId, el } from "../base/dom.js";
import { bestId } from "./hold.js";
import { BEST_PX, shownTitle } from "./match.js";
import { isNewer } from "./state.js";
import { picture } from "../base/picture.js";
import { clockTime, t } from "../base/text.js";

const KEPT = 24;
const TILE_PX = 320;
const STEPS = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** A key that tells distinct showings apart; all "no match" are alike, whatever their nearest guess. */
const recentKey = (record) => (record.verdict === "no_match" ? "no_match" : bestId(record));

/** Gives a tile the verdict and the time of the record that it opens. */
function tell(tile, { verdict, captured_at: at }) {
  tile.dataset.verdict = verdict;
  const time = tile.querySelector("time");
  time.dateTime = at;
  time.textContent = clockTime(at);
}

function createTile(record, width, open) {
  const missed = record.verdict === "no_match";
  const time = el("time", "recent-time");
  const title = missed ? t("verdict.no_match") : shownTitle(record);
  const button = el("button", "recent-open",
    missed ? el("span", "picture nothing") : picture(record.matches[0].url, { width }).node,
    el("span", "recent-title", title), time);
  button.type = "button";
  button.title = title; // the strip cuts long ones
  button.tabIndex = -1;
  button.addEventListener("click", open);
  const tile = el("li", "recent-tile", button);
  tell(tile, record);
  return tile;
}

/** `seen(record)` gives the camera's picture of a record that is drawn now, or null; `onOpen(record, picture)` opens one. */
export function createRecent({ onOpen, seen }) {
  const section = byId("recent");
  const list = byId("recent-list");
  let entries = []; // {record, told, picture, tile}, newest first; `told` is the record that its details show

  const buttons = () => [...list.querySelectorAll("button")];

  /** Lets Tab reach one tile, from which the arrow keys reach the others. */
  function rove(button = list.querySelector('button[tabindex="0"]') ?? buttons()[0]) {
    buttons().forEach((each) => { each.tabIndex = each === button ? 0 : -1; });
    return button;
  }

  function createEntry(record, width) {
    const entry = { record, told: record, picture: seen(record) };
    entry.tile = createTile(record, width, () => onOpen(entry.told, entry.picture));
    return entry;
  }

  /** True for another record of the entry's item. An unsure entry that has become sure changes in place. */
  function covers(entry, record) {
    if (recentKey(entry.record) !== recentKey(record)) return false;
    entry.picture ??= seen(record); // the camera's picture may come after the first record
    if (record.verdict === "match" && entry.told.verdict !== "match") {
      entry.told = record;
      entry.picture = seen(record);
      tell(entry.tile, record);
    }
    return true;
  }

  /** Gives each tile its place, to which it glides: nothing is laid out again when one comes before the others. */
  function arrange() {
    entries.forEach(({ tile }, i) => tile.style.setProperty("--i", i));
  }

  /** The picture's address; that of the drawn record is loaded already, in the best match's width. */
  function add(record, width = BEST_PX) {
    if (!record.matches.length) return;
    const [newest, oldest] = [entries[0], entries.at(-1)];
    if (!newest || isNewer(record, newest.record)) {
      if (newest && covers(newest, record)) return;
      entries.unshift(createEntry(record, width));
      list.prepend(entries[0].tile);
    } else if (isNewer(oldest.record, record)) {
      if (covers(oldest, record)) return;
      entries.push(createEntry(record, width));
      list.append(entries.at(-1).tile);
    } else return; // a record from the time that the strip covers already
    const held = list.contains(document.activeElement);
    entries.splice(KEPT).forEach(({ tile }) => tile.remove());
    arrange();
    const next = rove(held ? undefined : buttons()[0]);
    if (held && !list.contains(document.activeElement)) next.focus();
    section.hidden = false;
  }

  list.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const all = buttons();
    const at = all.indexOf(event.target);
    if (!step || at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    rove(all[Math.min(all.length - 1, Math.max(0, at + step))]).focus();
  });

  return {
    add,
    /** Takes records newest first, as the api gives them: newer ones from the strip's start on, older ones at its end. */
    addAll(records) {
      const newest = entries[0]?.record;
      const isLater = (record) => !newest || isNewer(record, newest);
      [...records.filter(isLater).toReversed(), ...records.filter((record) => !isLater(record))].forEach((record) => add(record, TILE_PX));
    },
    /** Gives a record's tile the focus, or if it has left the strip, the tile that Tab reaches. */
    focus(record) {
      const entry = entries.find(({ told }) => told === record);
      rove(entry?.tile.querySelector("button"))?.focus();
    },
    clear() {
      if (list.contains(document.activeElement)) byId("main").focus({ preventScroll: true });
      entries = [];
      list.replaceChildren();
      section.hidden = true;
    },
  };
}
