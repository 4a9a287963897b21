"""The index as it was at a moment: a base, what is gone of it, and what came since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.sized_index.parts import FrozenExact, LargeBase
from services.core.records import Neighbour
from services.core.search.columns import Columns
from services.core.search.held_rows import HeldRows, together
from services.core.search.snapshot import Breathe

# Is there only beside a base.
GONE_FILE = "gone.npy"


class Places:
    """The places of items by id, which are counted when the first one is asked for: no start waits for it."""

    def __init__(self, item_ids: Sequence[str]) -> None:
        self._item_ids = item_ids

    @cached_property
    def by_id(self) -> dict[str, int]:
        """All of them."""
        return dict(zip(self._item_ids, range(len(self._item_ids)), strict=True))


@dataclass(frozen=True)
class PlacedBase:
    """A base with the items of it that are gone, bool [items]."""

    base: LargeBase
    gone: NDArray[np.bool_]
    places: Places

    @classmethod
    def of(cls, base: LargeBase, gone: NDArray[np.bool_] | None = None) -> PlacedBase:
        """The base with the places of its items; without `gone` all are left."""
        none = np.zeros(len(base.item_ids), np.bool_)
        placed = cls(base, none if gone is None else gone, Places(base.item_ids))
        if gone is None:
            placed.places.by_id  # noqa: B018 (counted here, where no writer waits)
        return placed

    @cached_property
    def left(self) -> int:
        """The number of its items that are not gone."""
        return len(self.gone) - int(np.count_nonzero(self.gone))

    def without(self, item_ids: Collection[str]) -> PlacedBase:
        """The same base without these items, whether it has them or not."""
        by_id = self.places.by_id
        places = [by_id[item_id] for item_id in item_ids if item_id in by_id]
        if not places:
            return self
        gone = self.gone.copy()
        gone[places] = True
        return replace(self, gone=gone)


@dataclass(frozen=True, slots=True)
class FrozenSized:
    """A KnnSearch of one state."""

    base: PlacedBase | None
    delta: FrozenExact

    def __len__(self) -> int:
        return len(self.delta) + (self.base.left if self.base else 0)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        if self.base is None:
            return self.delta.search(vectors, k=k)
        is_whole = self.base.left == len(self.base.gone)
        found = self.base.base.search(vectors, k=k, gone=None if is_whole else self.base.gone)
        if not len(self.delta):
            return found
        later = self.delta.search(vectors, k=k)
        return [_merged(*pair, k=k) for pair in zip(found, later, strict=True)]

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """What `search` finds, as columns; None beside a base."""
        return self.delta.columns(vectors, k=k) if self.base is None else None

    def held(self) -> HeldRows:
        """All items that are left, and their rows."""
        parts = [self.base.base.held(self.base.gone)] if self.base else []
        return together([*parts, self.delta.held()])

    @property
    def file_bytes(self) -> int:
        """About the size of the files that `save` writes."""
        base = self.base.base if self.base else None
        return self.delta.file_bytes + (base.file_bytes + base.memory_bytes if base else 0)

    def save(self, folder: Path, /, *, breathe: Breathe) -> None:
        """Write its files into an empty folder; may raise OSError."""
        self.delta.save(folder, breathe=breathe)
        if self.base is not None:
            self.base.base.save(folder, breathe=breathe)
            np.save(folder / GONE_FILE, self.base.gone)


def _merged(found: list[Neighbour], later: list[Neighbour], *, k: int) -> list[Neighbour]:
    return sorted([*found, *later], key=lambda each: (each.distance, each.row))[:k]
