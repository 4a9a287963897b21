// The strip of recent distinct matches, newest first.

import { byId, el } from "../base/dom.js";
import { titleOf } from "./match.js";
import { picture } from "../base/picture.js";
import { clockTime, t } from "../base/text.js";

const KEPT = 24;

/** Which guess came nearest does not make one "no match" differ from the next. */
const recentKey = (record) => (record.verdict === "no_match" ? "no_match" : record.matches[0].id);

function createTile(record) {
  const missed = record.verdict === "no_match";
  const time = el("time", "recent-time", clockTime(record.captured_at));
  time.dateTime = record.captured_at;
  const title = missed ? t("verdict.no_match") : titleOf(record.matches[0]);
  const tile = el("li", "recent-tile",
    missed ? el("span", "picture nothing") : picture(record.matches[0].url).node,
    el("span", "recent-title", title), time);
  tile.title = title; // the strip cuts long ones
  tile.dataset.verdict = record.verdict;
  return tile;
}

export function createRecent() {
  const section = byId("recent");
  const list = byId("recent-list");
  let entries = []; // {record, tile}, newest first

  /** True for another record of the entry's item. One that was unsure and is now sure says so in place. */
  function covers(entry, record) {
    if (recentKey(entry.record) !== recentKey(record)) return false;
    if (record.verdict === "match") entry.tile.dataset.verdict = "match";
    return true;
  }

  function add(record) {
    if (!record.matches.length) return;
    const [newest, oldest] = [entries[0], entries.at(-1)];
    if (!newest || record.captured_at > newest.record.captured_at) {
      if (newest && covers(newest, record)) return;
      entries.unshift({ record, tile: createTile(record) });
      list.prepend(entries[0].tile);
    } else if (record.captured_at < oldest.record.captured_at) {
      if (covers(oldest, record)) return;
      entries.push({ record, tile: createTile(record) });
      list.append(entries.at(-1).tile);
    } // else it is within the time that the strip has seen already
    entries.splice(KEPT).forEach(({ tile }) => tile.remove());
    section.hidden = false;
  }

  return {
    add,
    /** Takes records newest first, as the api gives them: newer ones from the strip's start on, older ones at its end. */
    addAll(records) {
      const newest = entries[0]?.record.captured_at ?? "";
      records.filter((record) => record.captured_at > newest).toReversed().forEach(add);
      records.filter((record) => record.captured_at <= newest).forEach(add);
    },
    clear() {
      entries = [];
      list.replaceChildren();
      section.hidden = true;
    },
  };
}
