"""The use case of checking the catalogue's health."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.core.catalogue.health.looks import BLURRED_FROM, TINY_BELOW_PX, Looks, looks_of
from services.core.catalogue.health.nearness import Nearness
from services.core.catalogue.health.problem import Kind, Problem, Report
from services.core.catalogue.paging import walk
from services.core.domain import Item
from services.core.errors import BusyError, InputError
from services.core.ports import ItemStore, Picture, PictureStore

_PAGE = 100
# An item was corrected often if it was wrong this number of times or more, and more often than right.
_OFTEN = 3

Decode = Callable[[bytes], tuple[Picture, str]]
# Told how many items of how many were checked.
Note = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Seen:
    """What cameras have shown of the catalogue, if somebody has kept that.

    `shown` counts the showings of each item; `corrected` gives the item that was shown, and the one that it
    really was, of each showing that people put right.
    """

    shown: Callable[[], Mapping[str, int]] = dict
    corrected: Callable[[], Iterable[tuple[str, str]]] = tuple


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """Reads the whole catalogue and its pictures; only reads.

    `known` keeps the looks of pictures by their keys, which stand for their content, so that a second check
    decodes new ones alone; None for a picture that can't be read.
    """

    store: ItemStore
    pictures: PictureStore
    decode: Decode
    seen: Seen
    known: dict[str, Looks | None]

    def run(self, note: Note = lambda _done, _of: None) -> Report:
        """The report of the catalogue as it is now; raises UnavailableError."""
        cursor, count = self.store.head(), self.store.count()
        shown = self.seen.shown()
        nearness = Nearness()
        single: list[Problem] = []
        keys: set[str] = set()
        items: set[str] = set()
        for item in walk(lambda after: self.store.page(after=after, limit=_PAGE, points=False)):
            items.add(item.id)
            if not item.damage:
                nearness.add(item)
                single += self._own_problems(item, shown)
                keys |= {*item.pictures}
            note(len(items), max(count, len(items)))
        for gone in self.known.keys() - keys:
            del self.known[gone]
        problems = [*nearness.problems(), *self._confused(items), *single]
        kinds = list(Kind)
        problems.sort(key=lambda each: kinds.index(each.kind))  # stable: in each kind as they were found
        unread = sum(looks is None for looks in self.known.values())
        return Report(time.time(), cursor, len(items), tuple(problems), unread)

    def _own_problems(self, item: Item, shown: Mapping[str, int]) -> Iterator[Problem]:
        if item.wrong >= _OFTEN and item.wrong > item.right:
            yield Problem(Kind.OFTEN_CORRECTED, (item.id,), value=item.wrong)
        for place, key in enumerate(item.pictures):
            looks = self._looks(key)
            # A small picture is enlarged by everybody who looks at it; its blur says nothing more.
            if looks is not None and looks.shorter_px < TINY_BELOW_PX:
                yield Problem(Kind.TINY, (item.id,), value=looks.shorter_px, place=place)
            elif looks is not None and looks.blur >= BLURRED_FROM and key not in item.taught:
                yield Problem(Kind.BLURRED, (item.id,), value=looks.blur, place=place)
        if len(item.pictures) == 1:
            yield Problem(Kind.ONE_PICTURE, (item.id,))
        if shown and item.id not in shown:
            yield Problem(Kind.NEVER_MATCHED, (item.id,))

    def _looks(self, key: str) -> Looks | None:
        if key not in self.known:
            content = self.pictures.get(key)
            try:
                self.known[key] = None if content is None else looks_of(self.decode(content)[0])
            except InputError:
                self.known[key] = None
            except BusyError:
                return None
        return self.known[key]

    def _confused(self, items: set[str]) -> Iterable[Problem]:
        """Pairs of which one was taken for the other, the most frequent first."""
        pairs: Counter[tuple[str, str]] = Counter()
        for taken, really in self.seen.corrected():
            if taken != really:
                one, other = sorted((taken, really))
                pairs[one, other] += 1
        return [
            Problem(Kind.CONFUSED, pair, value=times)
            for pair, times in pairs.most_common()
            if items.issuperset(pair)
        ]
