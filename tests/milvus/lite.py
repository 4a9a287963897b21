"""A Milvus server of a test: milvus-lite's, and an index that is published to it again and again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.adapters.milvus_index import MilvusRows, MilvusServer
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.records import Neighbour
from services.core.search.fixed_base import FixedBaseIndex
from services.core.search.sketches import sketched
from services.core.search.trained import TrainedIndex
from tests.fakes import MODEL, make_item
from tests.servers import Server


def lite_server(folder: Path) -> Server:
    """A server that keeps its data in a folder, not started yet."""
    program = Path(sys.executable).with_name("milvus-lite")
    command = [str(program), "server", "--data-dir", str(folder), "--host", "127.0.0.1", "--port", "{port}"]
    return Server("http", command)


def published(rows: MilvusRows, items: dict[str, Vectors], *, dim: int, training: str) -> TrainedIndex:
    """Publish items' vectors as they are, and give what is kept beside them."""
    rows.begin(training, dim)
    rows.add(training, list(items.values()))
    rows.finish(training)
    vectors = np.concatenate([np.empty((0, dim), np.float32), *items.values()])
    facts = tuple(make_item(item_id).facts for item_id in items)
    counts = np.array([len(each) for each in items.values()], np.int64)
    return TrainedIndex(training, MODEL, dim, 0, facts, counts, sketched(vectors))


class RepublishedIndex:
    """A KnnIndex that is published at its first steps, and now and then; other steps are its delta's."""

    _OFTEN, _RARELY = 6, 25

    def __init__(self, server: MilvusServer, name: str, *, dim: int, kind: str = "FLAT") -> None:
        self._rows, self._dim, self._steps = MilvusRows(server, name, kind=kind), dim, 0
        self._items: dict[str, Vectors] = {}
        self._index: FixedBaseIndex | None = None
        self._first = FaissIndex(dim=dim)
        self.cursor = 0

    def _now(self) -> FixedBaseIndex | FaissIndex:
        return self._first if self._index is None else self._index

    def __len__(self) -> int:
        return len(self._now())

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        self._now().apply(changes, cursor=cursor)  # also a step that is published: it may be refused
        for change in {change.item_id: change for change in changes}.values():
            self._items.pop(change.item_id, None)
            if change.vectors is not None and len(change.vectors):
                self._items[change.item_id] = change.vectors
        self._steps += 1
        is_due = self._steps % 2 if self._steps <= self._OFTEN else self._steps % self._RARELY == 0
        if is_due and self._items:
            self._publish()
        self.cursor = cursor

    def _publish(self) -> None:
        training = f"t{self._steps:014}_000000"
        trained = published(self._rows, self._items, dim=self._dim, training=training)
        self._index = FixedBaseIndex(self._rows.base(trained), trained, FaissIndex(dim=self._dim))

    def state(self) -> IndexState:
        return self._now().state()

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        return self._now().search(vectors, k=k)
