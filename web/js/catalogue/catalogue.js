// The catalogue's view: reads the items page by page once it is shown.

import { isLocked } from "../base/access.js";
import { getHealth } from "../base/api.js";
import { dialogIsOpen } from "../base/dialog.js";
import { byId, el } from "../base/dom.js";
import { onKey } from "../base/key.js";
import { addKey } from "../base/keys.js";
import { getPlace, onPlace } from "../base/place.js";
import { t } from "../base/text.js";
import { toast } from "../base/toast.js";
import { openAdd } from "./add.js";
import { createImportBar } from "./bar.js";
import { getItem, refusal } from "./calls.js";
import { dropped, picturesOf } from "./files.js";
import { createGrid } from "./grid.js";
import { openImport } from "./start_import.js";
import { listen } from "./intake.js";
import { openItem } from "./item.js";
import { onImported } from "./job.js";
import { createList } from "./list.js";
import { othersOf } from "./same.js";
import { createStates } from "./state.js";
import { createTools } from "./tools.js";
import { tellChange } from "./undo.js";

const AGAIN_MS = 5000; // time between two calls to a server that does not answer
const AHEAD = "800px"; // distance below the screen at which the next page is read

const isShown = () => getPlace("view") === "catalogue";

function build(room) {
  const grid = createGrid({ onOpen: open });
  const list = createList({ onPage, onState: render });
  const tools = createTools({ onText: (text) => text !== list.text && list.begin(text), onAdd: () => add(), onImport: () => openImport() });
  const states = createStates({ onAdd: () => add(), onImport: () => openImport(), onClear: clearFilter, onRetry: () => list.more() });
  const more = el("button", "button", t("catalogue.more"));
  more.type = "button";
  const foot = el("p", "catalogue-more", more);
  const lost = el("p", "catalogue-lost", t("catalogue.lost.short"));
  lost.setAttribute("role", "status");
  let [total, cursor, byHand, retry] = [null, null, false, 0];
  room.append(createImportBar(), tools.node, states.node, grid.node, lost, foot);

  // Scrolling needs no button: the next page is read before the end is in sight.
  const sight = new IntersectionObserver((entries) => {
    // The last of several entries is the newest.
    if (entries.at(-1).isIntersecting && list.state === "more") list.more();
  }, { rootMargin: AHEAD });
  more.addEventListener("click", () => {
    byHand = true;
    list.more();
  });

  function onPage({ added, replaces }) {
    const [first] = grid.take(added, { replaces });
    if (byHand && first) grid.focusRoom(first);
    byHand = false;
  }

  function render() {
    const { state, size, text } = list;
    const read = state === "more" || state === "end";
    room.setAttribute("aria-busy", String(state === "loading"));
    if (read) tools.tell({ shown: size, all: state === "end", text, total });
    const kind = state === "lost" && !size ? "lost" : read && !size ? (text ? "nothing" : "empty") : "";
    if (read || kind || size) states.show(kind, text ? { text } : {});
    lost.hidden = !(state === "lost" && size);
    more.textContent = state === "lost" ? t("lost.retry") : t("catalogue.more");
    foot.hidden = size === 0 || state === "end";
    sight.disconnect(); // an observer reports only changes, so it begins again with each page
    if (state === "more") sight.observe(foot);
    clearTimeout(retry);
    if (state === "lost") retry = setTimeout(() => isShown() && !isLocked() && list.more(), AGAIN_MS);
  }

  /** Reads again what others have changed since, such as a taught item. */
  async function refresh({ always = false } = {}) {
    const health = await getHealth();
    total = health?.checks.index.items ?? total;
    const now = health?.checks.store.cursor ?? null;
    if (!always && list.state !== "idle" && now !== null && now === cursor) return render();
    cursor = now;
    return list.begin(tools.filter.text);
  }

  function clearFilter() {
    tools.filter.node.querySelector(".filter-clear").click();
  }

  /** Shows a written item; `place` is where it stood before. */
  function put(item, place) {
    total += list.item(item.id) ? 0 : 1;
    list.put(item);
    grid.put(item, place);
    render();
  }

  function take(id) {
    if (!list.item(id)) return { place: 0, next: null };
    list.remove(id);
    total -= 1;
    const gone = grid.remove(id);
    render();
    return gone;
  }

  /** Shows the result of a change with a button to undo it; an undone item is restored or gone. */
  function changed(answer, key, title, place) {
    if (answer.title !== undefined) put(answer, place);
    tellChange({ key, title, others: othersOf(answer), token: answer.undo, onUndone: (now) => (now.title === undefined ? leave(now.id) : put(now, place)) });
  }

  function leave(id) {
    const { place, next } = take(id);
    if (document.activeElement === document.body || document.activeElement === null) (next ?? byId("main")).focus();
    return place;
  }

  /** Reads the item again before it opens, because its feedback and words may have changed. */
  async function open(id) {
    const answer = await getItem(id);
    if (answer.status === 404) leave(id);
    if (!answer.ok) return toast(refusal(answer));
    return openItem({
      item: answer.body,
      names: list.names(),
      onView: put,
      onSaved: (answer) => changed(answer, "catalogue.saved", answer.title),
      onDeleted: (answer, title) => changed(answer, "catalogue.deleted", title, leave(id)),
      onGone: () => leave(id),
    });
  }

  function add(file = null) {
    openAdd({ file, names: list.names(), onAdded: (answer) => {
      changed(answer, othersOf(answer) ? "catalogue.added.same" : "catalogue.added", answer.title);
      grid.focus(answer.id);
    } });
  }

  // Drop or paste: one picture makes a new item, anything else an import.
  listen(room, (transfer) => {
    const files = [...transfer.files];
    const [picture] = picturesOf(transfer);
    if (files.length === 1 && picture) add(picture);
    else openImport(dropped(transfer));
  }, { when: () => isShown() && !dialogIsOpen() });

  onImported(() => refresh({ always: true }));
  onKey(() => { if (isShown() && list.state === "lost") list.more(); });
  addKey({ key: "/", text: "help.filter", run: () => tools.filter.focus(), when: isShown });
  return function turn() {
    const text = getPlace("text") ?? "";
    if (text !== tools.filter.text) tools.filter.text = text;
    if (text !== list.text && list.state !== "idle") list.begin(text);
    return refresh;
  };
}

/** Builds the view when it is first shown, and refreshes it each time it is shown again. */
export function startCatalogue() {
  const room = byId("catalogue");
  let [turn, was] = [null, false];
  function look() {
    const now = isShown();
    if (now) turn ??= build(room);
    if (now) {
      const refresh = turn();
      if (!was) refresh();
    }
    was = now;
  }
  onPlace(look);
  look();
}
