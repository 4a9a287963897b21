"""The index on an endpoint, whose rows are fixed at its training, and a small one of what came after that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.sagemaker_index.endpoint import EndpointAnswer, KnnEndpoint, RowsFound
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.ports import KnnIndex, KnnSearch
from services.core.records import Neighbour
from services.core.search.distances import Distances, euclidean
from services.core.search.trained import RetrainedError, TrainedIndex


class DeltaIndex(KnnIndex, Protocol):
    """An index that can be searched as it was at a moment."""

    def frozen(self) -> KnnSearch:
        """The index as it is now, whatever is applied later."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a search sees: `gone` are the trained items that were replaced or deleted since."""

    delta: KnnSearch
    gone: frozenset[str]
    cursor: int


class SageMakerIndex:
    """A KnnIndex that starts with the items of a training.

    Searches raise UnavailableError, or RetrainedError when the endpoint serves another training by now. An
    answer of the endpoint has a fixed number of rows: where those of many items are gone, or an item has
    many, a query may find fewer than k items. A retraining takes the gone ones out.
    """

    def __init__(
        self,
        endpoint: KnnEndpoint,
        trained: TrainedIndex,
        delta: DeltaIndex,
        *,
        distances: Distances | None = None,
    ) -> None:
        """`delta` is empty; `distances` are the endpoint's, by default those that the training found."""
        self._endpoint, self._training, self._dim = endpoint, trained.training, trained.dim
        self._distances = distances or trained.distances
        # The item of each row.
        self._rows, self._sketches = trained.item_ids, trained.sketches
        self._trained = frozenset(self._rows)
        self._row_counts = Counter(self._rows)
        # For the writer alone.
        self._delta = delta
        self._state = _State(delta.frozen(), frozenset(), trained.cursor)

    def __len__(self) -> int:
        state = self._state
        return len(self._trained) - len(state.gone) + len(state.delta)

    @property
    def cursor(self) -> int:
        """The store's cursor up to which its changes are applied."""
        return self._state.cursor

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Apply changes in one step; raises ValueError, and applies none, for vectors of another shape."""
        self._delta.apply(changes, cursor=cursor)
        gone, touched = self._state.gone, {change.item_id for change in changes} & self._trained
        if not touched <= gone:
            gone |= touched
        self._state = _State(self._delta.frozen(), gone, cursor)

    def state(self) -> IndexState:
        """The index as it is now, the endpoint's rows as its base; nobody measures the endpoint's recall."""
        state, delta = self._state, self._delta.state()
        left = sum(self._row_counts[item_id] for item_id in state.gone)
        return IndexState(
            "endpoint",
            len(self),
            len(self._rows) - left + delta.vectors,
            base=len(self._rows),
            delta=delta.base + delta.delta,
            tombstones=left + delta.tombstones,
            recall=None,
            memory=delta.memory,
        )

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        state = self._state
        queries = np.ascontiguousarray(vectors, np.float32)
        if len(queries) and queries.shape[1] != self._dim:
            told = f"vectors of {queries.shape[1]} numbers; it was trained on {self._dim}"
            raise self._endpoint.trouble(told)
        later = state.delta.search(queries, k=k)
        if len(state.gone) == len(self._trained) or not len(queries):
            return [[self._behind(each) for each in found] for found in later]
        trained = [
            self._items(found, state.gone, k=k)
            for answer in self._endpoint.nearest(queries)
            for found in self._own(answer)
        ]
        return [self._merged(*pair, k=k) for pair in zip(trained, later, strict=True)]

    def _own(self, answer: EndpointAnswer) -> list[RowsFound]:
        """The rows found, if they are of this training."""
        if answer.variant not in (None, self._training):
            text = f"it serves training {answer.variant} by now, and {self._training} is known here"
            raise RetrainedError(f"k-NN endpoint {self._endpoint.name}: {text}", training=answer.variant)
        return answer.found

    def _items(self, found: RowsFound, gone: frozenset[str], *, k: int) -> list[Neighbour]:
        """The k nearest items of rows, each by its nearest row; those that are gone are left out."""
        labels, distances = found.labels, euclidean(found.distances, self._distances)
        if not _are_rows(labels, len(self._rows)) or labels.shape != distances.shape:
            told = f"labels up to {labels.max(initial=0)}; expected row numbers below {len(self._rows)}"
            raise self._endpoint.trouble(f"{told}: it was trained by something else")
        nearest: dict[str, Neighbour] = {}
        for place in np.lexsort((labels, distances)).tolist():
            row = int(labels[place])
            item_id = self._rows[row]
            if item_id not in nearest and item_id not in gone:
                nearest[item_id] = Neighbour(
                    item_id, float(distances[place]), row, sketch=self._sketches[row]
                )
                if len(nearest) == k:
                    break
        return list(nearest.values())

    def _merged(self, trained: list[Neighbour], later: list[Neighbour], *, k: int) -> list[Neighbour]:
        both = [*trained, *map(self._behind, later)]
        return sorted(both, key=lambda each: (each.distance, each.row))[:k]

    def _behind(self, later: Neighbour) -> Neighbour:
        """A later item's neighbour, whose rows are numbered behind the trained ones."""
        return replace(later, row=later.row + len(self._rows))


def _are_rows(labels: NDArray[np.int64], rows: int) -> bool:
    return bool(((labels >= 0) & (labels < rows)).all())
