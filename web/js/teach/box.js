// The box around an item: [x, y, width, height] as shares of the picture. Pure.

const LEAST = 0.05;
const PARTS = 10000;

const within = (value, least, most) => Math.min(most, Math.max(least, value));

/** The sides of a grip: -1 the left or upper one, 1 the right or lower one, 0 none; with none at all the whole box moves. */
export const WHOLE_BOX = { across: 0, down: 0 };
export const LOWER_RIGHT = { across: 1, down: 1 };

/** The place and length of one dimension after its sides were pulled by `by`. */
function pulled(from, length, side, by) {
  if (side < 0) {
    const start = within(from + by, 0, from + length - LEAST);
    return [start, from + length - start];
  }
  return [from, side > 0 ? within(length + by, LEAST, 1 - from) : length];
}

/** The box after `grip` was pulled by shares of the picture; it stays in the picture. */
export function pull([x, y, w, h], { across, down }, [dx, dy]) {
  if (!across && !down) return [within(x + dx, 0, 1 - w), within(y + dy, 0, 1 - h), w, h];
  const [left, width] = pulled(x, w, across, dx);
  const [top, height] = pulled(y, h, down, dy);
  return [left, top, width, height];
}

/** A larger or smaller box of the same centre, as far as the picture has room. */
export function scale([x, y, w, h], by) {
  const [width, height] = [w, h].map((side) => within(side * by, LEAST, 1));
  return [within(x + (w - width) / 2, 0, 1 - width), within(y + (h - height) / 2, 0, 1 - height), width, height];
}

/** The side that a pointer at `at` is on, within `reach`. */
function sideAt(at, from, length, reach) {
  const near = Math.min(reach, length / 4); // the middle of a small box stays free to move it
  if (at < from + near) return -1;
  return at > from + length - near ? 1 : 0;
}

/**
 * The grip of a pointer at `at`, and how far that grip is from it: sides within `reach`, the whole box from inside, and
 * from outside the nearest corner, which comes to the pointer.
 */
export function gripAt([x, y, w, h], [px, py], [reachX, reachY]) {
  const inside = px > x - reachX && px < x + w + reachX && py > y - reachY && py < y + h + reachY;
  if (inside) return { across: sideAt(px, x, w, reachX), down: sideAt(py, y, h, reachY), off: [0, 0] };
  const [across, down] = [px < x + w / 2 ? -1 : 1, py < y + h / 2 ? -1 : 1];
  return { across, down, off: [px - (across < 0 ? x : x + w), py - (down < 0 ? y : y + h)] };
}

/** As the api reads it; rounded so that it does not reach over the picture's edge. */
export function boxText(box) {
  const [left, top, width, height] = box.map((share) => Math.round(share * PARTS));
  return [left, top, Math.min(width, PARTS - left), Math.min(height, PARTS - top)].map((parts) => parts / PARTS).join(",");
}
