"""The index on an endpoint, whose rows are fixed at its training, and a small one of what came after that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.sagemaker_index.endpoint import EndpointAnswer, KnnEndpoint, RowsFound
from services.core.errors import UnavailableError
from services.core.index_state import IndexKind
from services.core.records import Neighbour
from services.core.search.distances import Distances, euclidean
from services.core.search.fixed_base import DeltaIndex, FixedBaseIndex
from services.core.search.trained import RetrainedError, TrainedIndex


class SageMakerIndex(FixedBaseIndex):
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
        super().__init__(EndpointBase(endpoint, trained, distances or trained.distances), trained, delta)


class EndpointBase:
    """A FixedBase: the rows of an endpoint."""

    kind: IndexKind = "endpoint"

    def __init__(self, endpoint: KnnEndpoint, trained: TrainedIndex, distances: Distances) -> None:
        self._endpoint, self._training, self._distances = endpoint, trained.training, distances
        # The item of each row.
        self._rows, self._sketches = trained.item_ids, trained.sketches

    def trouble(self, why: str) -> UnavailableError:
        """The error about this endpoint."""
        return self._endpoint.trouble(why)

    def nearest(self, queries: Vectors, *, gone: frozenset[str], k: int) -> list[list[Neighbour]]:
        """For each row its k nearest items but those that are gone, as far as the answer's rows reach."""
        return [
            self._items(found, gone, k=k)
            for answer in self._endpoint.nearest(queries)
            for found in self._own(answer)
        ]

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


def _are_rows(labels: NDArray[np.int64], rows: int) -> bool:
    return bool(((labels >= 0) & (labels < rows)).all())
