"""The nearest items of several queries by columns, of which few become neighbours.

A query has fifty nearest items, of which twenty have a chance: to make an object of each takes longer than to
find them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Columns:
    """The nearest items of several queries, nearest first: arrays [queries, k].

    `places` say where an index has their nearest vectors: it gives the `item_ids` and the `vectors`, float32
    [n, dim], that belong to n of them. `rows`, `distances` and `cosines`, float64, are as in Neighbour.
    """

    places: Places
    rows: Places
    distances: NDArray[np.float64]
    cosines: NDArray[np.float64]
    item_ids: Callable[[Sequence[int]], list[str]]
    vectors: Callable[[Places], Vectors]

    def ordered(self, scores: NDArray[np.float64], *, k: int) -> tuple[Columns, NDArray[np.float64]]:
        """The `k` with the highest scores of each query, the highest first, and their scores."""
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]

        def taken(column: NDArray[Any]) -> NDArray[Any]:
            return np.take_along_axis(column, order, 1)

        first = replace(
            self,
            places=taken(self.places),
            rows=taken(self.rows),
            distances=taken(self.distances),
            cosines=taken(self.cosines),
        )
        return first, taken(scores)


@runtime_checkable
class ByColumns(Protocol):
    """A KnnSearch that can answer by columns."""

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """What `search` finds, as columns; None where these would save nothing."""
