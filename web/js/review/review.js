// The review's view: the inbox of unsure and wrong showings of all cameras, the same for everybody who looks.

import { byId, el, press } from "../base/dom.js";
import { addKey } from "../base/keys.js";
import { getPlace, onPlace } from "../base/place.js";
import { t, tCount } from "../base/text.js";
import { getInbox, whyNot } from "../history/calls.js";
import { createDeeds } from "./deeds.js";
import { createGroup, GUESSES } from "./group.js";
import { askNewItem } from "./new_item.js";
import { tellOpen } from "./waiting.js";

const AGAIN_MS = 3000;
const OFF = 501;

const isShown = () => getPlace("view") === "review";

function build(room) {
  const groups = new Map(); // by id, in the order of the page
  const list = el("ol", "groups");
  const count = el("p", "catalogue-count");
  count.setAttribute("role", "status");
  const stateTitle = el("h3", "");
  const stateWords = el("p", "");
  const again = press("button button-main", t("lost.retry"), () => read());
  const state = el("section", "catalogue-state", stateTitle, stateWords, again);
  state.hidden = true; // until there is something to say
  room.append(el("div", "catalogue-head", el("div", "catalogue-title", el("h2", "", t("nav.review")), count)), el("p", "review-words", t("review.words")), state, list);
  const deeds = createDeeds({ onSaid: take, onUndone: () => read() });
  let [asking, form] = [null, ""];

  const all = () => [...list.children].map((node) => groups.get(node.dataset.group));
  /** The group that the keys are about: where the focus is, or the first. */
  const current = () => all().find(({ node }) => node.contains(document.activeElement)) ?? all()[0];

  /** The showings that an answer is about: those of all marked groups, if the group is one of them. */
  function meant(group) {
    const marked = all().filter((each) => each.marked);
    return (group.marked ? marked : [group]).flatMap((each) => each.chosen());
  }

  function say(group, is, item = null) {
    const showings = meant(group);
    if (showings.length) deeds.say(showings, is, item);
  }

  const newItem = (group) => {
    const showings = meant(group);
    if (showings.length) askNewItem(showings[0], { add: (title) => deeds.addItem(title, showings) });
  };

  function create(told) {
    const group = createGroup(told, {
      item: (item) => say(group, "item", item),
      newItem: () => newItem(group),
      say: (is) => say(group, is),
      mark: () => tell(),
    });
    return group;
  }

  /** Removes showings that were reviewed, and moves the focus to the group that follows. */
  function take(ids) {
    const gone = new Set(ids);
    for (const group of all()) {
      if (!group.showings.some(({ id }) => gone.has(id))) continue;
      if (group.showings.every(({ id }) => gone.has(id))) remove(group);
    }
    form = "";
    tell();
    read();
  }

  function remove(group) {
    const next = group.node.nextElementSibling ?? group.node.previousElementSibling;
    const held = group.node.contains(document.activeElement) || document.activeElement === document.body;
    group.drop();
    groups.delete(group.id);
    if (held) (next ?? byId("main")).focus({ preventScroll: true });
  }

  function tell() {
    const marked = all().filter((each) => each.marked).flatMap((each) => each.chosen()).length;
    count.textContent = marked ? tCount("review.marked", marked) : "";
  }

  function message(answer) {
    if (answer.ok) return groups.size ? null : [t("review.empty"), t("review.empty.next")];
    return answer.status === OFF ? [t("history.off"), answer.detail] : [t("history.lost"), whyNot(answer)];
  }

  /** Draws the groups as they are now; one that a person is at work in stays as it is. */
  function draw(told) {
    const wanted = new Set(told.map(({ id }) => id));
    for (const group of all()) if (!wanted.has(group.id)) remove(group);
    told.forEach((each, place) => {
      const known = groups.get(each.id);
      const same = known && JSON.stringify(known.showings) === JSON.stringify(each.showings);
      if (same || known?.busy) return;
      const group = create(each);
      groups.set(each.id, group);
      if (!known) return list.insertBefore(group.node, list.children[place] ?? null);
      const held = known.node.contains(document.activeElement);
      group.marked = known.marked;
      known.node.replaceWith(group.node);
      known.drop();
      if (held) group.node.focus({ preventScroll: true });
    });
  }

  async function read() {
    asking?.abort();
    const mine = asking = new AbortController();
    const answer = await getInbox({ signal: mine.signal });
    if (asking !== mine) return;
    asking = null;
    const now = JSON.stringify(answer.body);
    if (answer.ok && now !== form) {
      form = now;
      draw(answer.body.groups);
      tellOpen(answer.body.open);
      tell();
    }
    const words = message(answer);
    state.hidden = words === null;
    list.hidden = !answer.ok && answer.status === OFF;
    if (words) [stateTitle.textContent, stateWords.textContent] = words;
    again.hidden = answer.ok || answer.status === OFF;
  }

  function move(step) {
    const groupsNow = all();
    const held = groupsNow.findIndex(({ node }) => node.contains(document.activeElement));
    const next = groupsNow[held < 0 ? 0 : Math.min(groupsNow.length - 1, Math.max(0, held + step))];
    next?.node.focus();
    next?.node.scrollIntoView({ block: "nearest" });
  }

  function addKeys() {
    const when = () => isShown() && groups.size > 0;
    addKey({ key: "j", text: "help.review.move", run: () => move(1), when });
    addKey({ key: "k", text: "help.review.move", run: () => move(-1), when });
    addKey({ key: "x", text: "help.review.mark", run: () => { const group = current(); group.marked = !group.marked; tell(); }, when });
    for (let n = 1; n <= GUESSES; n += 1) {
      addKey({ key: String(n), text: "help.review.guess", run: () => { const group = current(); const item = group.guess(n); if (item) say(group, "item", item); }, when });
    }
    addKey({ key: "o", text: "help.review.other", run: () => current().other(), when });
    addKey({ key: "n", text: "help.review.new", run: () => newItem(current()), when });
    addKey({ key: "c", text: "help.review.not", run: () => say(current(), "not_in_catalogue"), when });
    addKey({ key: "i", text: "help.review.ignore", run: () => say(current(), "ignored"), when });
  }

  addKeys();
  setInterval(() => isShown() && !document.hidden && read(), AGAIN_MS);
  return read;
}

/** Builds the view when it is first shown, and reads the inbox each time that it is shown. */
export function startReview() {
  const room = byId("review");
  let [read, was] = [null, false];
  function look() {
    const now = isShown();
    if (now) read ??= build(room);
    if (now && !was) read();
    was = now;
  }
  onPlace(look);
  look();
}
