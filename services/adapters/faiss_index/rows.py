"""The index's rows: a large base and a small delta, neither of which ever changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors

# The delta is folded into a new base when it, with the rows that left the base, exceeds this share of the
# base. Both are searched alike: folding only has to be rare, and the space of rows that left small.
_FOLD_SHARE = 0.25
_FOLD_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors with the number and the item of each, and whether it still belongs to that item.

    An item's rows lie together, and leave it together; `starts` are the places of each item's first row.
    `space` is float32 [n or more, dim]: the rows behind the first n are for later vectors.
    """

    space: Vectors
    numbers: NDArray[np.int64]
    item_ids: list[str]
    alive: NDArray[np.bool_]
    starts: NDArray[np.int64]
    # Whether `space` is a file that is read when it is compared.
    is_mapped: bool = False

    @classmethod
    def none(cls, dim: int) -> Rows:
        no_places = np.empty(0, np.int64)
        return cls(np.empty((0, dim), np.float32), no_places, [], np.empty(0, np.bool_), no_places)

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def vectors(self) -> Vectors:
        return self.space[: len(self)]

    @property
    def left(self) -> int:
        """The number of rows that belong to no item any more."""
        return len(self) - int(np.count_nonzero(self.alive))

    @property
    def memory(self) -> int:
        """Bytes of the arrays in memory, with the space for later vectors."""
        return self.space.nbytes + self.numbers.nbytes + self.alive.nbytes - self.mapped

    @property
    def mapped(self) -> int:
        """Bytes of vectors in a file."""
        return self.space.nbytes if self.is_mapped else 0

    def with_more(
        self, vectors: Vectors, item_ids: list[str], *, counts: Sequence[int], first_number: int
    ) -> Rows:
        """These rows and new ones, `counts` of each item; only the latest rows may get more.

        They share their space.
        """
        old, count = len(self), len(self) + len(vectors)
        space = self.space
        if count > len(space):
            space = np.empty((max(count, 2 * old), space.shape[1]), np.float32)
            space[:old] = self.vectors
        space[old:count] = vectors
        numbers = np.arange(first_number, first_number + len(vectors))
        return Rows(
            space,
            np.concatenate([self.numbers, numbers]),
            self.item_ids + item_ids,
            np.concatenate([self.alive, np.ones(len(vectors), np.bool_)]),
            np.concatenate([self.starts, old + starts_of(np.asarray(counts))]),
        )

    def without(self, places: Sequence[int]) -> Rows:
        """These rows, with those at some places belonging to no item any more."""
        if not places:
            return self
        alive = self.alive.copy()
        alive[places] = False
        return replace(self, alive=alive)


@dataclass(frozen=True, slots=True)
class State:
    """The rows that a search sees; `usual_views` is the median number of an item's vectors."""

    base: Rows
    delta: Rows
    items: int = 0
    usual_views: int = 1
    cursor: int = 0

    @property
    def parts(self) -> list[Rows]:
        return [rows for rows in (self.base, self.delta) if len(rows)]

    def without(self, places: Sequence[int]) -> State:
        """The state without the rows at these places, which are counted through base and delta."""
        behind = len(self.base)
        base = self.base.without([place for place in places if place < behind])
        delta = self.delta.without([place - behind for place in places if place >= behind])
        return replace(self, base=base, delta=delta)

    @property
    def is_to_be_folded(self) -> bool:
        return len(self.delta) + self.base.left > max(_FOLD_ROWS, _FOLD_SHARE * len(self.base))


def joined(parts: Sequence[Rows], dim: int) -> Rows:
    """The rows of the parts that belong to items, in new space of just their size."""
    kept = [np.flatnonzero(rows.alive) for rows in parts]
    space, end = np.empty((sum(map(len, kept)), dim), np.float32), 0
    for rows, places in zip(parts, kept, strict=True):
        start, end = end, end + len(places)
        np.take(rows.vectors, places, axis=0, out=space[start:end], mode="clip")
    numbers = np.concatenate([rows.numbers[places] for rows, places in zip(parts, kept, strict=True)])
    # Item by item, so that other threads get their turn; one call of C would keep them all waiting.
    item_ids = [
        item_id for rows in parts for item_id, alive in zip(rows.item_ids, rows.alive, strict=True) if alive
    ]
    counts = [np.diff(rows.starts, append=len(rows))[rows.alive[rows.starts]] for rows in parts if len(rows)]
    starts = starts_of(np.concatenate(counts)) if counts else np.empty(0, np.int64)
    return Rows(space, numbers, item_ids, np.ones(len(numbers), np.bool_), starts)


def starts_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of the first rows of items with these numbers of rows."""
    return np.cumsum(counts) - counts
