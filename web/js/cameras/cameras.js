// The view of all cameras: a wall of their pictures; cameras are added, renamed, given a region and forgotten here.

import { onKey } from "../base/key.js";
import { byId, el, press, releaseFocus, setHidden, setText } from "../base/dom.js";
import { getPlace, onPlace } from "../base/place.js";
import { t, tCount } from "../base/text.js";
import { askCamera, useOwn } from "./add.js";
import { listCameras, whyNot } from "./calls.js";
import { createCard } from "./card.js";
import { isGone, nameOf } from "./words.js";

const EVERY_MS = 3000;
const SILENT_MS = 40000; // after it, a camera that was added and never heard has no right to speak
const byName = new Intl.Collator(undefined, { numeric: true });

const isShown = () => getPlace("view") === "cameras" && !document.hidden;

function build(room) {
  const cards = new Map(); // thing → card
  const added = new Map(); // thing → {camera, sinceMs}: added here and not heard yet
  let [now, edges, asking] = [[], [], false];
  const count = el("p", "catalogue-count");
  count.setAttribute("role", "status");
  const add = press("button button-main", t("cameras.add"), () => askCamera(edges, { onDone: taken }));
  const own = press("button", t("cameras.device"), useOwn);
  const head = el("div", "catalogue-head", el("div", "catalogue-title", el("h2", "", t("nav.cameras")), count),
    el("div", "catalogue-ways", own, add));
  const told = el("p", "form-words");
  told.setAttribute("role", "status");
  const wall = el("ul", "wall");
  const goneWords = el("summary");
  const goneList = el("ul", "wall");
  const gone = el("details", "fold wall-gone", goneWords, goneList);
  room.append(head, told, wall, gone);

  const sight = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) =>
    cards.get(target.dataset.thing)?.see(isIntersecting && isShown())));

  function taken({ thing, title, run_by }) {
    const camera = { thing, title, run_by, state: "starting", reason: null, source: null, region: null };
    added.set(thing, { camera, sinceMs: performance.now() });
    refresh();
  }

  /** The cameras that were added a moment ago, until their own status comes. */
  function waiting(cameras) {
    const heard = new Set(cameras.map(({ thing }) => thing));
    return [...added].filter(([thing]) => !heard.has(thing) || !added.delete(thing)).map(([thing, { camera, sinceMs }]) =>
      (performance.now() - sinceMs < SILENT_MS ? camera : { ...camera, reason: t("cameras.silent", { thing, edge: camera.run_by }) }));
  }

  function cardOf(thing) {
    if (!cards.has(thing)) {
      const card = createCard({ onDone: refresh, refused() {} });
      cards.set(thing, card);
    }
    return cards.get(thing);
  }

  /** Puts the cards of these cameras into a list; those that stay are not moved. */
  function fill(list, cameras) {
    cameras.forEach((camera, i) => {
      const card = cardOf(camera.thing);
      card.set(camera, edges);
      if (list.children[i] === card.node) return;
      list.insertBefore(card.node, list.children[i] ?? null);
      sight.observe(card.node);
    });
  }

  function drop(things) {
    for (const [thing, card] of cards) {
      if (things.has(thing)) continue;
      sight.unobserve(card.node);
      card.see(false);
      releaseFocus(card.node);
      card.node.remove();
      cards.delete(thing);
    }
  }

  function message(answer) {
    if (!answer.ok) return whyNot(answer);
    if (!now.length) return t("cameras.none");
    return edges.length ? "" : t("cameras.noedge");
  }

  function render(answer) {
    if (answer.ok) {
      edges = answer.body.edges;
      now = [...answer.body.cameras, ...waiting(answer.body.cameras)].sort((a, b) => byName.compare(nameOf(a), nameOf(b)));
      const [off, on] = [true, false].map((wanted) => now.filter((camera) => isGone(camera, edges) === wanted));
      drop(new Set(now.map(({ thing }) => thing)));
      fill(wall, on);
      fill(goneList, off);
      setText(goneWords, t("cameras.off", { n: off.length }));
      setHidden(gone, !off.length);
      setText(count, now.length ? tCount("cameras.count", now.length) : "");
    }
    add.disabled = !edges.some(({ takes }) => takes > 0);
    setText(told, message(answer));
    told.hidden = !told.textContent;
  }

  async function refresh() {
    if (asking || !isShown()) return;
    asking = true;
    const answer = await listCameras();
    asking = false;
    render(answer);
  }

  function look() {
    if (isShown()) refresh();
    // Cards that are seen again are told by the observer alone if they moved.
    for (const card of cards.values()) {
      sight.unobserve(card.node);
      card.see(false);
      if (isShown()) sight.observe(card.node);
    }
  }

  onKey(() => cards.forEach((card) => card.again()));
  document.addEventListener("visibilitychange", look);
  setInterval(refresh, EVERY_MS);
  return look;
}

/** Builds the view when it is first shown; it is read again each few seconds while it can be seen. */
export function startCameras() {
  const look = build(byId("cameras"));
  onPlace(look);
  look();
}
