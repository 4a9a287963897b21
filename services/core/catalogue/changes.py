"""Changes of one item, each written on condition that the item still has the revision it was made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.core.catalogue.conditions import check_revision, revision_of
from services.core.catalogue.undo import Past, UndoStore
from services.core.domain import Item, RevisionError
from services.core.errors import ConflictError, MissingError
from services.core.ports import ItemStore

# Tries of a change while others change the same item; each failure is another writer's success.
_TRIES = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """A durable change: the item as it is now (None: it is gone), its cursor, and the token to undo it."""

    item_id: str
    item: Item | None
    change: int
    undo: str


class ItemChanges:
    """Writes changes and remembers how to undo them; safe beside other threads and other processes."""

    def __init__(self, store: ItemStore, undo: UndoStore) -> None:
        self._store, self._undo = store, undo

    def existing(self, item_id: str, expected: str | None) -> Item:
        """The item; raises MissingError, or RevisionError if it is not of the expected revision."""
        return _there(item_id, self.check(item_id, expected))

    def check(self, item_id: str, expected: str | None) -> Item | None:
        """The item, None if it does not exist and need not; raises as `existing` does."""
        (item,) = self._store.get_many([item_id])
        if expected:
            _there(item_id, item)
        check_revision(item_id, item, expected)
        return item

    def revise(self, item_id: str, make: Callable[[Item], Item | None], expected: str | None) -> Changed:
        """Change an existing item, as `make` does."""
        return self.make(item_id, lambda before: make(_there(item_id, before)), expected)

    def make(self, item_id: str, make: Callable[[Item | None], Item | None], expected: str | None) -> Changed:
        """Write the result of `make` for the present item (None: there is none); again if another was faster.

        Raises MissingError or RevisionError if the item is not of the expected revision.
        """
        for _ in range(_TRIES):
            before = self.check(item_id, expected)
            after = make(before)
            try:
                return self._write(item_id, before, after)
            except RevisionError:
                continue
        raise ConflictError(f"item {item_id!r} is being changed by others all the time; try again")

    def _write(self, item_id: str, before: Item | None, after: Item | None) -> Changed:
        """Write it on condition that the stored item is unchanged; raises RevisionError otherwise."""
        expected = revision_of(before)
        if after is None:
            change = self._store.delete(item_id, expected=expected)
        else:
            change = self._store.put(after, expected=expected)
            # Feedback belongs to the id, and is no part of what is written.
            after = replace(after, right=before.right if before else 0, wrong=before.wrong if before else 0)
        token = self._undo.remember(Past(item_id, before, revision_of(after)))
        return Changed(item_id, after, change or self._store.head(), token)


def _there(item_id: str, item: Item | None) -> Item:
    if item is None:
        raise MissingError(f"there is no item {item_id!r}")
    return item
