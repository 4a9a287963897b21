"""The use case of collecting pictures that no item names any more, once no undo can bring them back."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from services.core.catalogue.undo import KEPT_S, UndoStore
from services.core.domain import ItemFacts
from services.core.ports import ItemStore, PictureStore

# A picture is kept before its item's row is written, which in an import takes minutes; another process may
# remember a change for undo as long as this one does.
GRACE_S = KEPT_S
# Number of pictures deleted in one call.
AT_ONCE = 1000
_PAGE = 500

log = logging.getLogger(__name__)


class UnusedPictures:
    """Collects pictures; one thread calls it.

    A picture is deleted if no item names it, no undo of this process holds it, and it was put or touched
    longer than GRACE_S ago. With `shared` stores it must also have been seen unnamed for GRACE_S, because
    other processes have undos of their own. `forget` is told each key that is gone.
    """

    def __init__(
        self,
        store: ItemStore,
        pictures: PictureStore,
        undo: UndoStore,
        *,
        forget: Callable[[str], None] = lambda _key: None,
        shared: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._pictures, self._undo = store, pictures, undo
        self._forget, self._shared, self._clock = forget, shared, clock
        # The store's cursor at the last call that left nothing to come back for.
        self._done: int | None = None
        # When each unnamed picture was first seen as such, of shared stores.
        self._unnamed_since_s: dict[str, float] = {}

    def collect(self) -> int:
        """Delete up to AT_ONCE pictures; gives their number. Raises UnavailableError."""
        now_s, head = self._clock(), self._store.head()
        before_s = now_s - GRACE_S
        self._pictures.tidy(before_s=before_s)
        if head == self._done:
            return 0
        unnamed = dict(self._pictures.kept())
        pinned = self._undo.pictures()
        if not self._leave_named(unnamed, head):
            return 0
        # A change between the two looks is either undone, or remembered now.
        pinned |= self._undo.pictures()
        ready = [key for key, touched_s in unnamed.items() if key not in pinned and touched_s < before_s]
        ready = self._long_unnamed(ready, now_s, before_s)[:AT_ONCE]
        gone = [key for key in ready if self._pictures.collect(key, before_s=before_s)]
        for key in gone:
            self._forget(key)
        if len(gone) == len(unnamed):
            self._done = head
        return len(gone)

    def _leave_named(self, unnamed: dict[str, float], head: int) -> bool:
        """Take those that items name out of `unnamed`; False if a damaged item may name any picture."""
        for page in self._pages(head):
            for facts in page:
                if facts.damage:
                    log.debug("no picture is collected while item %r is damaged", facts.id)
                    return False
                for key in facts.pictures:
                    unnamed.pop(key, None)
        return True

    def _pages(self, head: int) -> Iterator[Sequence[ItemFacts]]:
        """All items, then those that have changed since `head`."""
        after = ""
        while page := self._store.facts_page(after=after, limit=_PAGE):
            yield page
            after = page[-1].id
        while changes := self._store.changes(after=head, limit=_PAGE):
            head = changes[-1].cursor
            ids = list(dict.fromkeys(change.item_id for change in changes))
            yield [facts for facts in self._store.facts(ids) if facts is not None]

    def _long_unnamed(self, keys: list[str], now_s: float, before_s: float) -> list[str]:
        if not self._shared:
            return keys
        self._unnamed_since_s = {key: self._unnamed_since_s.get(key, now_s) for key in keys}
        return [key for key, since_s in self._unnamed_since_s.items() if since_s < before_s]
