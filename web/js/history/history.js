// The history's view: what the cameras showed, a row a showing, with a day's summary above.

import { byId, el, press } from "../base/dom.js";
import { getPlace, onPlace } from "../base/place.js";
import { t, tCount } from "../base/text.js";
import { toast } from "../base/toast.js";
import { getExport, getShowing, whyNot } from "./calls.js";
import { createDay } from "./day.js";
import { createFilters, want, wantedNow } from "./filters.js";
import { createList } from "./list.js";
import { askMarked, askOlder } from "./remove.js";
import { openShowing } from "./showing.js";

const AGAIN_MS = 3000;
const AHEAD = "800px"; // distance below the screen at which the next page is read
const OFF = 501;
const AWAY = [0, 503]; // answers after which a later call may succeed

const isShown = () => getPlace("view") === "history";

/** Saves an answer's file under its name. */
async function save(format) {
  const { blob, ...answer } = await getExport(wantedNow(), format);
  if (!blob) return toast(whyNot(answer));
  const address = URL.createObjectURL(blob);
  const link = Object.assign(el("a"), { href: address, download: `lookalike-history.${format}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function exporting(format) {
  const button = press("button", t(`history.${format}`), () => save(format));
  button.setAttribute("aria-label", t(`history.${format}.label`));
  return button;
}

function build(room) {
  const titles = new Map(); // of items that were seen in rows
  const filters = createFilters();
  const day = createDay({ onItem: (id, title) => filterBy(id, title) });
  const list = createList({ wanted: wantedNow, onOpen: open, onState: render, onMarks: () => render(list.state, failure) });
  const count = el("p", "catalogue-count");
  count.setAttribute("role", "status");
  const remove = press("button", "", () => {
    if (list.marked.length) askMarked(list.marked, { onDone: begin });
    else askOlder(wantedNow().camera, { onDone: begin });
  });
  const ways = el("div", "catalogue-ways", exporting("csv"), exporting("json"), remove);
  const head = el("div", "catalogue-head", el("div", "catalogue-title", el("h2", "", t("nav.history")), count), ways);
  const stateTitle = el("h3", "");
  const stateWords = el("p", "");
  const again = press("button button-main", t("lost.retry"), () => begin());
  const state = el("section", "catalogue-state", stateTitle, stateWords, again);
  state.hidden = true; // until there is something to say
  const more = press("button", t("catalogue.more"), () => list.more());
  const foot = el("p", "catalogue-more", more);
  let [asked, failure] = ["", null];
  room.append(head, filters.node, state, day.node, list.node, foot);

  const sight = new IntersectionObserver((entries) => {
    if (entries.at(-1).isIntersecting && list.state === "more") list.more();
  }, { rootMargin: AHEAD });

  /** The message in the rows' place: [title, words], or null. */
  function message(now) {
    if (now === "failed") return failure.status === OFF ? [t("history.off"), failure.detail] : [t("history.lost"), whyNot(failure)];
    if (now === "loading" || list.size) return null;
    const filtered = Object.values(wantedNow()).some(Boolean);
    return filtered ? [t("history.nothing"), t("history.nothing.next")] : [t("history.empty"), t("history.empty.next")];
  }

  function render(now, answer) {
    failure = answer;
    const told = message(now);
    state.hidden = told === null;
    if (told) [stateTitle.textContent, stateWords.textContent] = told;
    again.hidden = now !== "failed" || failure.status === OFF;
    list.node.hidden = now === "failed";
    if (now === "failed") day.hide();
    ways.hidden = filters.node.hidden = now === "failed" && failure.status === OFF;
    remove.className = list.marked.length ? "button needs-staff" : "button needs-owner";
    remove.textContent = list.marked.length ? tCount("history.delete.marked", list.marked.length) : t("history.delete.older");
    room.setAttribute("aria-busy", String(now === "loading"));
    if (now !== "loading") count.textContent = now === "failed" || !list.size ? "" : tCount(now === "end" ? "history.count" : "history.more", list.size);
    foot.hidden = now !== "more";
    sight.disconnect();
    if (now === "more") sight.observe(foot);
  }

  function begin() {
    const wanted = wantedNow();
    asked = JSON.stringify(wanted);
    filters.show(wanted, (id) => titles.get(id) ?? id);
    day.read(wanted);
    return list.begin();
  }

  function filterBy(id, title) {
    titles.set(id, title);
    want("item", id);
  }

  async function open(id) {
    const answer = await getShowing(id);
    if (answer.status === 404) list.remove(id);
    if (!answer.ok) return toast(answer.status === 404 ? t("history.gone") : whyNot(answer));
    const showing = answer.body;
    list.put(showing);
    const { item } = showing;
    openShowing(showing, { ways: [
      ...(item ? [{ words: t("history.same"), run: () => filterBy(item.id, item.title) }] : []),
      { words: t("history.delete.one"), bad: true, run: () => askMarked([id], { onDone: begin }) },
    ] });
  }

  async function refresh() {
    if (!isShown() || document.hidden) return;
    if (list.state === "failed") {
      if (AWAY.includes(failure.status)) await begin();
      return;
    }
    day.read(wantedNow());
    // Far down nobody sees the newest, and a page more would move what is read.
    if (window.scrollY < window.innerHeight) await list.refresh();
  }

  setInterval(refresh, AGAIN_MS);
  return function turn({ anew }) {
    if (anew) filters.readCameras();
    if (anew || asked !== JSON.stringify(wantedNow())) begin();
  };
}

/** Builds the view when it is first shown, and reads the history again each time that it is shown. */
export function startHistory() {
  const room = byId("history");
  let [turn, was] = [null, false];
  function look() {
    const now = isShown();
    if (now) turn ??= build(room);
    if (now) turn({ anew: !was });
    was = now;
  }
  onPlace(look);
  look();
}
