"""Finding of items by words and details: the search among them, kept in step with the item store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.core.catalogue.item_search import (
    FieldCounts,
    ItemQuery,
    ItemSearch,
    Sort,
    cursor_of,
    place_of,
)
from services.core.domain import ItemFacts
from services.core.errors import Loading, LoadingError
from services.core.ports import ItemStore

_AT_ONCE = 500
# Changes that are taken in one step, so that an item that changed often is written once.
_CHANGES = 2000
# Time that a question waits for changes to be read; beyond it it is refused, and the reading goes on.
_WAIT_S = 10.0
# Time after which the showings are counted again; a day's order of "most shown" does not depend on seconds.
_COUNT_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of found items, the number of all, and the cursor of the next page, None on the last."""

    items: tuple[ItemFacts, ...]
    total: int
    next: str | None


class ItemFinder:
    """Answers as of the newest change of the store, its own and those of others; any thread may ask."""

    def __init__(
        self,
        store: ItemStore,
        search: ItemSearch,
        *,
        shown: Callable[[], Mapping[str, int]] = dict,
        wait_s: float = _WAIT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`shown` counts the showings of each item."""
        self._store, self._search, self._shown = store, search, shown
        self._wait_s, self._clock = wait_s, clock
        self._reading, self._counting = threading.Lock(), threading.Lock()
        self._counted_s: float | None = None

    def page(self, query: ItemQuery, *, cursor: str = "", limit: int = 100) -> FoundPage:
        """The next page; raises InputError for a cursor of another query, LoadingError at a first reading."""
        after = place_of(query, cursor) if cursor else None
        self.catch_up()
        if query.sort == Sort.SHOWN and after is None:
            self._count()
        found = self._search.find(query, after=after, limit=limit + 1)
        facts = self._store.facts([each.id for each in found[:limit]])
        return FoundPage(
            tuple(each for each in facts if each is not None and not each.damage),
            self._search.total(query),
            cursor_of(query, found[limit - 1].place) if len(found) > limit else None,
        )

    def all(self, query: ItemQuery) -> Iterator[ItemFacts]:
        """All items that are asked for, read a page at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.page(query, cursor=cursor, limit=_AT_ONCE)
            yield from page.items
            cursor = page.next

    def ids(self, query: ItemQuery, *, most: int) -> list[str]:
        """The ids of the first items that are asked for."""
        self.catch_up()
        return [each.id for each in self._search.find(query, limit=most)]

    def facets(self, query: ItemQuery, *, most: int = 20) -> tuple[int, list[FieldCounts]]:
        """The number of items that are asked for, and their metadata by field."""
        self.catch_up()
        return self._search.total(query), self._search.facets(query, most=most)

    def catch_up(self) -> None:
        """Read the store's changes up to its newest; raises LoadingError if that takes too long."""
        until_s = self._clock() + self._wait_s
        if not self._reading.acquire(timeout=min(self._wait_s, threading.TIMEOUT_MAX)):
            raise LoadingError(Loading())
        try:
            self._catch_up(until_s)
        finally:
            self._reading.release()

    def _catch_up(self, until_s: float) -> None:
        identity, head = self._store.identity(), self._store.head()
        held, cursor = self._search.state()
        if held != identity or cursor > head:
            self._search.begin(identity)
            cursor = 0
        while cursor < head and (changes := self._store.changes(after=cursor, limit=_CHANGES)):
            if self._clock() > until_s:
                raise LoadingError(Loading(cursor, head))
            ids = list(dict.fromkeys(each.item_id for each in changes))
            parts = [self._store.facts(ids[at : at + _AT_ONCE]) for at in range(0, len(ids), _AT_ONCE)]
            facts = {each.id: each for part in parts for each in part if each is not None and not each.damage}
            self._search.apply(changes, facts, after=cursor)
            cursor = changes[-1].cursor

    def _count(self) -> None:
        with self._counting:
            if self._counted_s is None or self._clock() - self._counted_s >= _COUNT_EVERY_S:
                self._search.count_shown(self._shown())
                self._counted_s = self._clock()
