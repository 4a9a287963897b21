"""Items of an import with the same picture as others, or nearly the same: no camera can tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.domain import EQUAL_FROM, Item
from services.core.ports import ItemStore

# Number of an import's items that are compared: their vectors are in memory.
MOST = 20_000
# Number of items whose mean is taken off before vectors are compared; with fewer, only pictures are.
_ENOUGH = 20
# A vector shorter than this has no direction any more once the mean is taken off.
_SHORTEST = 1e-4
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
        # The number of items beyond the largest number.
        self.left_out = 0

    def add(self, items: Iterable[Item]) -> None:
        """Items that were kept; those beyond the largest number are left out."""
        for item in items:
            if item.id in self._first or len(self._first) < self._most:
                self._pictures[item.id] = item.picture
                self._first[item.id] = item.vectors[0].copy()  # not a view, which would keep all of them
            else:
                self.left_out += 1

    def found(self, store: ItemStore, *, note: Callable[[int], object] = lambda _read: None) -> list[Twin]:
        """The twins of the collected items, by their ids; of two collected ones only the later is named.

        `note` is called with the number of items of the catalogue that were compared.
        """
        if not self._first:
            return []
        ids = sorted(self._first)
        vectors = np.stack([self._first[item_id] for item_id in ids])
        mean = vectors.mean(0) if len(ids) >= _ENOUGH else None
        own = vectors if mean is None else _directions(vectors - mean)
        same, alike = dict[str, Twin](), dict[str, Twin]()
        lacking: dict[str, set[str]] = {}
        for item_id in ids:
            lacking.setdefault(self._pictures[item_id], set()).add(item_id)
        read = 0
        for page in _pages(store, vectors.shape[1]):
            read += len(page)
            note(read)
            same |= self._same(page, lacking)
            if mean is not None:
                seen = _directions(np.stack([other.vectors[0] for other in page]) - mean)
                self._note_alike(page, ids, seen @ own.T >= EQUAL_FROM, alike)
        twins = alike | same
        return [twins[item_id] for item_id in sorted(twins)]

    def _same(self, page: Sequence[Item], lacking: dict[str, set[str]]) -> dict[str, Twin]:
        """The twins with the very same file, which are `lacking` no more: an item is named once."""
        twins: dict[str, Twin] = {}
        for other in page:
            waiting = lacking.get(other.picture, set())
            named = {item_id for item_id in waiting if self._comes_after(item_id, other.id)}
            twins.update({item_id: Twin(item_id, other.id, is_same=True) for item_id in named})
            if named:
                lacking[other.picture] = waiting - named
        return twins

    def _note_alike(
        self, page: Sequence[Item], ids: Sequence[str], near: NDArray[np.bool_], twins: dict[str, Twin]
    ) -> None:
        """Add the twins among items near to those of a page, bool [page, ids], that have none yet."""
        lacking = np.array([item_id not in twins for item_id in ids])
        for other, row in zip(page, near, strict=True):
            for column in np.flatnonzero(row & lacking).tolist():
                if self._comes_after(ids[column], other.id):
                    lacking[column] = False
                    twins[ids[column]] = Twin(ids[column], other.id, is_same=False)

    def _comes_after(self, item_id: str, other_id: str) -> bool:
        """Whether the item is to be named beside the other: of two imported ones only the later."""
        return other_id != item_id and (other_id not in self._first or other_id < item_id)


def _directions(vectors: Vectors) -> Vectors:
    """float32 [n, dim] of unit length; what is the mean itself, as if all pictures are the same, is zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.where(lengths > _SHORTEST, vectors / np.maximum(lengths, _SHORTEST), 0), np.float32)


def _pages(store: ItemStore, dim: int) -> Iterator[list[Item]]:
    """The sound items of the catalogue's model and of a dimension, page by page."""
    after, model = "", store.model()
    while page := store.page(after=after, limit=_PAGE, points=False):
        after = page[-1].id
        own = (item for item in page if not item.damage and item.model == model)
        if sound := [item for item in own if len(item.vectors) and item.vectors.shape[1] == dim]:
            yield sound
