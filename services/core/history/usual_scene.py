"""The scene that a camera usually shows, such as an empty desk, told from things by what it comes after.

A desk is seen between things: the camera comes back to it after one thing and after another. A thing that
nobody knows may be shown often too, but mostly it comes after the desk. So a scene without a match is usual
once the camera has come back to it USUAL_FROM times, each time after something else than the time before,
within OF_SCENES changes of what it sees; and for as long as it is seen that often.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from services.core.scene_marks import BITS, differing

# Bits in which the marks of two frames of the same scene differ at most (docs/history.md has the figures).
SAME_BITS = 36
USUAL_FROM, OF_SCENES = 3, 16
# Seconds for which a scene has to hold before it counts: what moves is none.
HOLDS_S = 0.3
# A scene's mark follows slow light, this often.
_FOLLOWS_S = 30.0
# Scenes without a match that are remembered, the last seen ones.
_PLACES = 8

# What a camera sees: a matched item by its id, or the mark of what is no match.
Seen = str | int


@dataclass(slots=True)
class _Place:
    """A scene without a match; `visits` are the numbers of the changes that led to it, the newest last.

    Only those count that came `after` something else than the one before.
    """

    mark: int
    marked_s: float
    after: Seen | None
    visits: deque[int] = field(default_factory=lambda: deque(maxlen=USUAL_FROM))

    def is_usual(self, change: int) -> bool:
        return len(self.visits) == USUAL_FROM and change - self.visits[0] < OF_SCENES


class UsualScene:
    """What one camera has shown lately; to be used in one thread."""

    def __init__(self) -> None:
        # By number; the last seen ones at the end.
        self._places: dict[int, _Place] = {}
        # The item, or the number of the place, that is seen now.
        self._here: Seen | None = None
        self._coming: tuple[Seen, float] | None = None
        self._changes = self._numbers = 0

    def to_json(self) -> dict[str, Any]:
        """All of it, for whoever goes on with it."""
        return {
            "places": {
                str(number): [_text(place.mark), place.marked_s, place.after, list(place.visits)]
                for number, place in self._places.items()
            },
            "here": self._here,
            "coming": self._coming and [*_told(self._coming[0]), self._coming[1]],
            "changes": self._changes,
            "numbers": self._numbers,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The same of this JSON; raises ValueError, KeyError or TypeError for anything else."""
        made = cls()
        for number, (mark, marked_s, after, visits) in value["places"].items():
            made._places[int(number)] = _Place(
                int(mark, 16), marked_s, after, deque(visits, maxlen=USUAL_FROM)
            )
        made._here, made._changes, made._numbers = value["here"], value["changes"], value["numbers"]
        if value["coming"] is not None:
            item, mark, at_s = value["coming"]
            made._coming = (int(mark, 16) if item is None else item), at_s
        return made

    def take(self, seen: Seen, at_s: float) -> bool:
        """Take in what a frame of that time shows; True if it is the usual scene."""
        if self._coming is None or not _is_same(self._coming[0], seen):
            self._coming = seen, at_s
        elif at_s - self._coming[1] >= HOLDS_S:
            self._settle(seen, at_s)
        return isinstance(seen, int) and any(
            place.is_usual(self._changes) and _is_same(place.mark, seen) for place in self._places.values()
        )

    def _settle(self, seen: Seen, at_s: float) -> None:
        """What is seen has held for long enough."""
        here = seen if isinstance(seen, str) else self._number(seen)
        if here is not None and here == self._here:
            if isinstance(seen, int):
                self._follow(self._places[int(here)], seen, at_s)
            return
        self._changes += 1
        if isinstance(seen, int):
            here = self._visit(None if here is None else int(here), seen, at_s)
        self._here = here

    def _number(self, mark: int) -> int | None:
        return next((n for n, place in self._places.items() if _is_same(place.mark, mark)), None)

    def _visit(self, number: int | None, mark: int, at_s: float) -> int:
        """The camera has come to a scene, known by this number or new; gives its number."""
        if number is None:
            self._numbers += 1
            number, place = self._numbers, _Place(mark, at_s, self._here)
            place.visits.append(self._changes)
        else:
            place = self._places.pop(number)
            if place.after != self._here or place.is_usual(self._changes):
                place.visits.append(self._changes)
            place.mark, place.marked_s, place.after = mark, at_s, self._here
        self._places[number] = place
        if len(self._places) > _PLACES:
            del self._places[next(iter(self._places))]
        return number

    def _follow(self, place: _Place, mark: int, at_s: float) -> None:
        if at_s - place.marked_s >= _FOLLOWS_S:
            place.mark, place.marked_s = mark, at_s


def _text(mark: int) -> str:
    return f"{mark:0{BITS // 4}x}"


def _told(seen: Seen) -> tuple[str | None, str | None]:
    """An item's id, or the text of a mark."""
    return (seen, None) if isinstance(seen, str) else (None, _text(seen))


def _is_same(one: Seen, other: Seen) -> bool:
    if isinstance(one, int) and isinstance(other, int):
        return differing(one, other) <= SAME_BITS
    return one == other
