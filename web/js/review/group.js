// A group of the inbox: showings that are probably of one thing, and the answers to "What was it?".

import { el, press } from "../base/dom.js";
import { dropPictures, keyedPicture } from "../base/keyed_picture.js";
import { lazyPicture } from "../base/picture.js";
import { chance, t, tCount } from "../base/text.js";
import { titleOf } from "../live/match.js";
import { createItemSearch } from "../teach/chooser.js";
import { picturePath } from "../history/calls.js";
import { shownWords, whenWords } from "../history/words.js";

export const GUESSES = 5;
const SHOWN = 12; // pictures of a group; the rest is counted

/** The likeliest items of a showing; without the one that somebody said was wrong. */
export const guessesOf = ({ item, score, runners_up: others, feedback }) =>
  [...(item && feedback !== "wrong" ? [{ ...item, score }] : []), ...others].slice(0, GUESSES);

function picturesOf(showings, left, onTurn) {
  const tiles = showings.slice(0, SHOWN).map((showing) => {
    const where = `${whenWords(showing.began_at)} · ${showing.thing}`;
    const tile = press("group-tile", keyedPicture(picturePath(showing)), () => {
      const out = tile.getAttribute("aria-pressed") === "true";
      tile.setAttribute("aria-pressed", String(!out));
      onTurn(showing.id, !out);
    });
    tile.setAttribute("aria-pressed", String(!left.has(showing.id)));
    tile.setAttribute("aria-label", t("review.tile", { where }));
    tile.title = where;
    return el("li", "", tile);
  });
  const rest = showings.length - tiles.length;
  return el("ul", "group-tiles", ...tiles, rest > 0 ? el("li", "group-rest", t("review.rest", { n: rest })) : null);
}

function guessButton({ id, title, score }, n, onPick) {
  const name = title || t("best.untitled");
  const button = press("choice group-guess", lazyPicture(`items/${encodeURIComponent(id)}/image`, { width: 160 }), () => onPick({ id, title }));
  button.append(el("span", "choice-words", el("span", "choice-title", name), el("span", "choice-more", chance(score))), el("kbd", "key-hint", String(n)));
  return button;
}

/**
 * {node, id, chosen(), guess(n), other(), drop()}. `on` are item(item), newItem(), say(outcome), mark(yes); `chosen()` are
 * the showings of the group that the answers are about.
 */
export function createGroup({ id, showings }, on) {
  const left = new Set(); // showings that were taken out
  const [newest] = showings;
  const guesses = guessesOf(newest);
  const mark = Object.assign(el("input", "showing-mark"), { type: "checkbox" });
  mark.setAttribute("aria-label", t("review.mark"));
  mark.addEventListener("change", () => on.mark(mark.checked));
  const search = createItemSearch({ label: t("what.other"), onPick: (item) => on.item(item) });
  search.node.hidden = true;
  const other = press("button", t("correct.other"), () => turn(search.node.hidden));
  other.setAttribute("aria-expanded", "false");
  const when = `${whenWords(newest.began_at)} · ${newest.thing}`;
  const way = (key, words, run) => press("button", el("span", "", words, el("kbd", "key-hint", key)), run);
  const node = el("li", "group",
    el("div", "group-head", mark, el("h3", "", newest.feedback === "wrong" ? t("review.wrong", { title: shownWords(newest) }) : t("review.unsure")),
      el("p", "group-when", showings.length > 1 ? tCount("review.group", showings.length, { when }) : when)),
    picturesOf(showings, left, (each, yes) => (yes ? left.delete(each) : left.add(each))),
    el("div", "group-answers",
      el("ul", "choices group-guesses", ...guesses.map((guess, i) => el("li", "", guessButton(guess, i + 1, on.item)))),
      el("div", "group-ways", other, way("N", t("review.new"), on.newItem), way("C", t("review.not"), () => on.say("not_in_catalogue")),
        way("I", t("review.ignore"), () => on.say("ignored"))),
      search.node));
  node.tabIndex = -1;
  node.dataset.group = id;

  function turn(open) {
    search.node.hidden = !open;
    other.setAttribute("aria-expanded", String(open));
    if (open) search.input.focus();
  }

  return {
    node, id, showings,
    chosen: () => showings.filter((showing) => !left.has(showing.id)),
    guess: (n) => guesses[n - 1] ?? null,
    get marked() { return mark.checked; },
    set marked(yes) { mark.checked = yes; },
    other: () => turn(true),
    /** Whether a person is at work in it: then it is not drawn again under their hands. */
    get busy() { return left.size > 0 || !search.node.hidden; },
    drop() {
      dropPictures(node);
      node.remove();
    },
  };
}
