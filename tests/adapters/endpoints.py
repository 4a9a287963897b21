"""An endpoint of our own over HTTP, and an index that trains it again and again."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.adapters.sagemaker_index import KnnEndpoint, SageMakerIndex
from services.bootstrap.serving import index_of
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.records import Neighbour
from services.core.search.rows_file import TrainedRows
from services.core.search.sketches import sketched
from services.core.search.trained import RetrainedError, TrainedIndex
from services.search.knn_routes import ServedRows
from services.search.serve_rows import build_serving_app, rows_served
from tests import aws
from tests.adapters.http_server.serving import serving
from tests.fakes import MODEL, make_item

_numbers = itertools.count(1)
# More rows than any test has.
ALL_ROWS = 100_000


class TestEndpoint:
    """The search process's serving app, whose rows are replaced by each training."""

    __test__ = False

    def __init__(self) -> None:
        self.client: Any = None
        self.url = ""
        self._served: ServedRows | None = None

    def served(self) -> ServedRows:
        """The present rows."""
        assert self._served is not None
        return self._served

    def serve(self, rows: TrainedRows) -> None:
        """Serve these rows from now on."""
        self._served = rows_served(rows, index_of(rows))

    def train(self, items: Mapping[str, Vectors], *, dim: int, rows_answered: int = ALL_ROWS) -> TrainedIndex:
        """Serve these items' rows, and give what is kept beside them."""
        vectors = np.concatenate([np.empty((0, dim), np.float32), *items.values()])
        rows = TrainedRows(f"t-{next(_numbers)}", vectors, rows_answered)
        self.serve(rows)
        facts = tuple(make_item(item_id).facts for item_id in items)
        counts = np.array([len(each) for each in items.values()], np.int64)
        return TrainedIndex(
            rows.training, MODEL, dim, 0, facts, counts, sketched(vectors), rows_answered=rows_answered
        )

    def index(self, trained: TrainedIndex) -> SageMakerIndex:
        """The index over it, in batches of a few vectors."""
        endpoint = KnnEndpoint(self.client, "endpoint", batch=7)
        return SageMakerIndex(endpoint, trained, FaissIndex(dim=trained.dim))


@contextmanager
def served_endpoint() -> Iterator[TestEndpoint]:
    """An endpoint at a free port, with AWS' client of it."""
    endpoint = TestEndpoint()
    with serving(build_serving_app(endpoint.served)) as served:
        endpoint.url = f"http://127.0.0.1:{served.port}"
        endpoint.client = aws.client("sagemaker-runtime", endpoint.url)
        yield endpoint


class RetrainedIndex:
    """A KnnIndex on an endpoint that is trained again at each second step; the others are its delta's."""

    def __init__(self, endpoint: TestEndpoint, *, dim: int) -> None:
        self._endpoint, self._dim, self._steps = endpoint, dim, 0
        self._items: dict[str, Vectors] = {}
        self._index = endpoint.index(endpoint.train({}, dim=dim))
        self.cursor = 0

    def __len__(self) -> int:
        return len(self._index)

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        self._index.apply(changes, cursor=cursor)  # also a step that is trained on: it may be refused
        for change in {change.item_id: change for change in changes}.values():
            self._items.pop(change.item_id, None)
            if change.vectors is not None and len(change.vectors):
                self._items[change.item_id] = change.vectors
        self._steps += 1
        if self._steps % 2:
            self._index = self._endpoint.index(self._endpoint.train(self._items, dim=self._dim))
        self.cursor = cursor

    def state(self) -> IndexState:
        return self._index.state()

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        while True:
            try:
                return self._index.search(vectors, k=k)
            except RetrainedError:  # between a training and the index over it
                continue
