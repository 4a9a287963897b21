"""The deliveries that wait: a line for each camera, in their order, whatever the other cameras' do."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from services.core.acting.delivery import Delivery

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


@dataclass(slots=True, eq=False)
class Waiting:
    """A delivery in its line; it is `due_s` for its next try. `claimed` says whether its claim is held."""

    delivery: Delivery
    due_s: float
    tries: int = 0
    claimed: bool = False


class DeliveryLines:
    """Lines of deliveries, each camera's first alone under way; to be used in one thread at a time."""

    def __init__(self, *, most: int) -> None:
        """`most` wait in all."""
        self._lines: dict[str, deque[Waiting]] = {}
        self._under_way: set[str] = set()
        self._most = most

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def add(self, delivery: Delivery, now_s: float) -> list[Waiting]:
        """Let a delivery wait, due at once, as are those before it; gives those that lose their places.

        They are an earlier one of the same showing, and the oldest of all beyond `most`.
        """
        line = self._lines.setdefault(delivery.showing.thing, deque())
        waiting = [each for each in line if not self._is_under_way(each)]
        lost = [each for each in waiting if each.delivery.showing.id == delivery.showing.id]
        for each in lost:
            line.remove(each)
        for each in waiting:
            each.due_s = min(each.due_s, now_s)
        line.append(Waiting(delivery, now_s))
        return lost + self._drop_oldest()

    def take(self, now_s: float) -> Waiting | None:
        """The delivery to try now: of the lines' first ones the one that has been due for longest."""
        due = [line[0] for line in self._ready() if line[0].due_s <= now_s]
        if not due:
            return None
        first = min(due, key=lambda each: each.due_s)
        self._under_way.add(first.delivery.showing.thing)
        first.tries += 1
        return first

    def put_back(self, waiting: Waiting, now_s: float) -> None:
        """It is tried again after a pause, which grows from try to try."""
        self._under_way.discard(waiting.delivery.showing.thing)
        waiting.due_s = now_s + min(FIRST_PAUSE_S * 2 ** (waiting.tries - 1), LONGEST_PAUSE_S)

    def finish(self, waiting: Waiting) -> None:
        """It is over, however it ended."""
        thing = waiting.delivery.showing.thing
        self._under_way.discard(thing)
        line = self._lines[thing]
        line.remove(waiting)
        if not line:
            del self._lines[thing]

    def next_due_s(self) -> float | None:
        """When the next one is due, None if none waits for that."""
        return min((line[0].due_s for line in self._ready()), default=None)

    def _ready(self) -> list[deque[Waiting]]:
        return [line for thing, line in self._lines.items() if thing not in self._under_way]

    def _is_under_way(self, waiting: Waiting) -> bool:
        thing = waiting.delivery.showing.thing
        return thing in self._under_way and self._lines[thing][0] is waiting

    def _not_under_way(self) -> list[Waiting]:
        return [each for line in self._lines.values() for each in line if not self._is_under_way(each)]

    def _drop_oldest(self) -> list[Waiting]:
        dropped = []
        while len(self) > self._most and (waiting := self._not_under_way()):
            oldest = min(waiting, key=lambda each: each.delivery.showing.id)
            thing = oldest.delivery.showing.thing
            self._lines[thing].remove(oldest)
            if not self._lines[thing]:
                del self._lines[thing]
            dropped.append(oldest)
        return dropped
