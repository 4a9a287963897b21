"""Items of an import with the same picture as others, or nearly the same: no camera can tell them apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from common.wire import Vectors, unit
from services.core.domain import EQUAL_FROM, Item
from services.core.ports import ItemStore

# Number of an import's items that are compared: their vectors are in memory.
MOST = 20_000
# Number of items whose mean is taken off before vectors are compared; with fewer, only pictures are.
_ENOUGH = 20
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Twin:
    """An imported item, and the first other one with its picture; `is_same` if it is the very same file."""

    item_id: str
    other_id: str
    is_same: bool

    def __str__(self) -> str:
        how = "the same picture as" if self.is_same else "nearly the same picture as"
        return f"{self.item_id}: {how} {self.other_id}"


class Twins:
    """Collects an import's items, and finds their twins in one pass over the catalogue."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._pictures: dict[str, str] = {}
        self._first: dict[str, Vectors] = {}

    def add(self, items: Iterable[Item]) -> None:
        """Items that were kept; those beyond the largest number are left out."""
        for item in items:
            if item.id in self._first or len(self._first) < self._most:
                self._pictures[item.id] = item.picture
                self._first[item.id] = item.vectors[0]

    def found(self, store: ItemStore) -> list[Twin]:
        """The twins of the collected items, by their ids; of two collected ones only the later is named."""
        if not self._first:
            return []
        ids = sorted(self._first)
        by_picture: dict[str, list[str]] = {}
        for item_id in ids:
            by_picture.setdefault(self._pictures[item_id], []).append(item_id)
        vectors = np.stack([self._first[item_id] for item_id in ids])
        mean = vectors.mean(0) if len(ids) >= _ENOUGH else None
        own = vectors if mean is None else unit(vectors - mean)
        twins: dict[str, Twin] = {}
        for page in _pages(store):
            for other in page:
                for item_id in by_picture.get(other.picture, ()):
                    if self._comes_after(item_id, other.id):
                        twins.setdefault(item_id, Twin(item_id, other.id, is_same=True))
            if mean is None:
                continue
            seen = unit(np.stack([other.vectors[0] for other in page]) - mean)
            for row, column in np.argwhere(seen @ own.T >= EQUAL_FROM).tolist():
                item_id, other = ids[column], page[row]
                if item_id not in twins and self._comes_after(item_id, other.id):
                    twins[item_id] = Twin(item_id, other.id, is_same=False)
        return [twins[item_id] for item_id in sorted(twins)]

    def _comes_after(self, item_id: str, other_id: str) -> bool:
        """Whether the item is to be named beside the other: of two imported ones only the later."""
        return other_id != item_id and (other_id not in self._first or other_id < item_id)


def _pages(store: ItemStore) -> Iterator[list[Item]]:
    """The sound items of the catalogue's model, page by page."""
    after, model = "", store.model()
    while page := store.page(after=after, limit=_PAGE, points=False):
        after = page[-1].id
        if sound := [item for item in page if not item.damage and item.model == model and len(item.vectors)]:
            yield sound
