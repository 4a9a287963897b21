"""The parts of an index that is sized: an exact index, and a base of many items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.ports import KnnIndex, KnnSearch
from services.core.records import Neighbour
from services.core.search.columns import ByColumns
from services.core.search.held_rows import HeldRows
from services.core.search.snapshot import Breathe


class FrozenExact(KnnSearch, ByColumns, Protocol):
    """An exact index as it was at a moment."""

    @property
    def file_bytes(self) -> int:
        """About the size of the files that `save` writes."""

    def held(self) -> HeldRows:
        """Its items and their rows."""

    def save(self, folder: Path, /, *, breathe: Breathe) -> None:
        """Write its files into a folder where others may be; may raise OSError."""


class ExactIndex(KnnIndex, Protocol):
    """An exact index, from which items can be taken over."""

    def frozen(self) -> FrozenExact:
        """The index as it is now, whatever is applied later."""

    def only(self, item_ids: Collection[str]) -> ExactIndex:
        """A new index of those of these items that it has, whose rows keep their numbers."""

    def number_from(self, first: int) -> None:
        """Give the rows that are added from now on numbers from `first` on, or higher ones."""


class TunedBase(Protocol):
    """What was measured of a base."""

    @property
    def recall(self) -> float:
        """The share of the exact answer's ten items that it finds."""

    @property
    def rate(self) -> float:
        """Queries a second, one at a time."""


class LargeBase(Protocol):
    """Many items that never change."""

    @property
    def item_ids(self) -> Sequence[str]:
        """The ids of the items, by place."""

    @property
    def dim(self) -> int:
        """The numbers of a row."""

    @property
    def next_number(self) -> int:
        """A number above those of all its rows."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of rows of each item, by place."""

    @property
    def vectors(self) -> int:
        """The number of all rows."""

    @property
    def file_bytes(self) -> int:
        """Bytes of its rows, in a mapped file."""

    @property
    def memory_bytes(self) -> int:
        """Bytes of its codes, in memory."""

    @property
    def tuned(self) -> TunedBase:
        """What was measured of it."""

    def held(self, gone: NDArray[np.bool_] | None = None) -> HeldRows:
        """Its items' rows, without those of the items that are gone, bool [items]."""

    def search(
        self, vectors: Vectors, *, k: int, gone: NDArray[np.bool_] | None = None
    ) -> list[list[Neighbour]]:
        """As KnnSearch.search, without the items that are gone."""

    def save(self, folder: Path, *, breathe: Breathe) -> None:
        """Write its files into a folder where others may be; may raise OSError."""
