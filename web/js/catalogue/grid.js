// The grid's cards: pages are appended, a changed item keeps its place, and the focus is kept.

import { el } from "../base/dom.js";
import { card } from "./card.js";

export function createGrid({ onOpen }) {
  const node = el("ul", "grid");
  node.setAttribute("role", "list"); // Safari drops the role of a list without bullets
  const cards = new Map();

  node.addEventListener("click", (event) => {
    const room = event.target.closest(".card-room");
    if (room) onOpen(room.dataset.id);
  });

  const focus = (room) => room?.querySelector("button").focus();

  return {
    node,
    get size() { return cards.size; },
    /** Adds the items of a page, or replaces all others by them. */
    take(items, { replaces }) {
      const held = replaces && node.contains(document.activeElement) ? document.activeElement.closest(".card-room").dataset.id : null;
      if (replaces) cards.clear();
      const rooms = items.map((item) => {
        const room = card(item);
        cards.set(item.id, room);
        return room;
      });
      if (replaces) node.replaceChildren(...rooms);
      else node.append(...rooms);
      if (held !== null) focus(cards.get(held) ?? rooms[0]);
      return rooms;
    },
    /** Draws an item again in its place, or at `place`; otherwise in front, where it is seen. */
    put(item, place = 0) {
      const room = card(item);
      const old = cards.get(item.id);
      const held = old?.contains(document.activeElement);
      if (old) old.replaceWith(room);
      else node.insertBefore(room, node.children[place] ?? null);
      cards.set(item.id, room);
      if (held) focus(room);
    },
    /** Removes an item; gives its place, and the next card's button for the focus, null without one. */
    remove(id) {
      const room = cards.get(id);
      if (!room) return { place: 0, next: null };
      const place = [...node.children].indexOf(room);
      room.remove();
      cards.delete(id);
      return { place, next: (node.children[place] ?? node.lastElementChild)?.querySelector("button") ?? null };
    },
    focus: (id) => focus(cards.get(id)),
    focusRoom: focus,
  };
}
