"""A k-NN index over rows that another server holds and that do not change, and a delta of what came later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from common.wire import Vectors
from services.core.domain import IndexChange
from services.core.errors import UnavailableError
from services.core.index_state import IndexKind, IndexState
from services.core.ports import KnnIndex, KnnSearch
from services.core.records import Neighbour
from services.core.search.trained import TrainedIndex


class DeltaIndex(KnnIndex, Protocol):
    """An index that can be searched as it was at a moment."""

    def frozen(self) -> KnnSearch:
        """The index as it is now, whatever is applied later."""


class FixedBase(Protocol):
    """The rows of a training on another server."""

    @property
    def kind(self) -> IndexKind:
        """What kind of server it is."""

    def nearest(self, queries: Vectors, *, gone: frozenset[str], k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items but those that are gone, nearest first.

        Fewer where the server can't tell more. Raises UnavailableError.
        """

    def trouble(self, why: str) -> UnavailableError:
        """The error about this server."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a search sees: `gone` are the trained items that were replaced or deleted since."""

    delta: KnnSearch
    gone: frozenset[str]
    cursor: int


class FixedBaseIndex:
    """A KnnIndex that starts with the items of a training; searches raise what the base raises."""

    def __init__(self, base: FixedBase, trained: TrainedIndex, delta: DeltaIndex) -> None:
        """`delta` is empty."""
        self._base, self._dim, self._rows = base, trained.dim, trained.rows
        self._recall, self._rate = trained.recall, trained.rate
        self._row_counts = Counter(
            {item.id: count for item, count in zip(trained.facts, trained.row_counts.tolist(), strict=True)}
        )
        # For the writer alone.
        self._delta = delta
        self._state = _State(delta.frozen(), frozenset(), trained.cursor)

    def __len__(self) -> int:
        state = self._state
        return len(self._row_counts) - len(state.gone) + len(state.delta)

    @property
    def cursor(self) -> int:
        """The store's cursor up to which its changes are applied."""
        return self._state.cursor

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Apply changes in one step; raises ValueError, and applies none, for vectors of another shape."""
        self._delta.apply(changes, cursor=cursor)
        gone, touched = self._state.gone, {change.item_id for change in changes} & self._row_counts.keys()
        if not touched <= gone:
            gone |= touched
        self._state = _State(self._delta.frozen(), gone, cursor)

    def state(self) -> IndexState:
        """The index as it is now, the server's rows as its base."""
        state, delta = self._state, self._delta.state()
        left = sum(self._row_counts[item_id] for item_id in state.gone)
        return IndexState(
            self._base.kind,
            len(self),
            self._rows - left + delta.vectors,
            base=self._rows,
            delta=delta.base + delta.delta,
            tombstones=left + delta.tombstones,
            recall=self._recall,
            rate=self._rate,
            memory=delta.memory,
        )

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        state = self._state
        queries = np.ascontiguousarray(vectors, np.float32)
        if len(queries) and queries.shape[1] != self._dim:
            told = f"vectors of {queries.shape[1]} numbers; it was trained on {self._dim}"
            raise self._base.trouble(told)
        later = [[self._behind(each) for each in found] for found in state.delta.search(queries, k=k)]
        if len(state.gone) == len(self._row_counts) or not len(queries):
            return later
        trained = self._base.nearest(queries, gone=state.gone, k=k)
        return [
            sorted([*before, *after], key=lambda each: (each.distance, each.row))[:k]
            for before, after in zip(trained, later, strict=True)
        ]

    def _behind(self, later: Neighbour) -> Neighbour:
        """A later item's neighbour, whose rows are numbered behind the trained ones."""
        return replace(later, row=later.row + self._rows)
