"""Writing of collections, one a training."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pymilvus import DataType, MilvusClient

from common.wire import Vectors
from services.adapters.milvus_index.base import MilvusBase
from services.adapters.milvus_index.server import MilvusServer
from services.core.search.fixed_base import FixedBase
from services.core.search.trained import TrainedIndex

# Rows of an insertion: with 512 numbers each about 4 MB. A request may have 64 MB.
_BATCH = 2000
_TRAINING = r"t\d{14}_[0-9a-f]{6}"


@dataclass(frozen=True, slots=True)
class _Kind:
    """An index of Milvus: parameters of its building, and of a search the one that sets its breadth."""

    built: dict[str, Any]
    breadth: str | None = None
    breadths: tuple[int, ...] = (0,)


KINDS = {
    "FLAT": _Kind({}),
    "HNSW": _Kind({"M": 16, "efConstruction": 200}, "ef", (64, 128, 256, 512, 1024, 2048)),
    "HNSW_SQ": _Kind({"M": 16, "efConstruction": 200, "sq_type": "SQ8"}, "ef", (128, 256, 512, 1024, 2048)),
    "IVF_SQ8": _Kind({"nlist": 1024}, "nprobe", (16, 32, 64, 128, 256, 512, 1024)),
    "DISKANN": _Kind({}, "search_list", (100, 200, 400, 800, 1600)),
}


@dataclass(slots=True)
class _Written:
    """What was added of a training."""

    items: int = 0
    rows: int = 0


class MilvusRows:
    """A RowServer: collections NAME_TRAINING on a server, with an index of a kind."""

    def __init__(self, server: MilvusServer, name: str, *, kind: str = "HNSW") -> None:
        self._server, self._name = server, name
        self._type, self._kind = kind, KINDS[kind]
        self._written: dict[str, _Written] = {}

    @property
    def breadths(self) -> Sequence[int]:
        """See RowServer."""
        return self._kind.breadths

    def begin(self, training: str, dim: int) -> None:
        """See RowServer."""
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field("item", DataType.INT64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dim)
        # Without an index at first: one is quicker built over all rows than grown with them.
        self._server.work("create_collection", self._collection(training), schema=schema)
        self._written[training] = _Written()

    def add(self, training: str, rows_of_items: Sequence[Vectors]) -> None:
        """See RowServer."""
        written, vectors = self._written[training], np.concatenate([*rows_of_items])
        counts = [len(rows) for rows in rows_of_items]
        items = np.repeat(np.arange(written.items, written.items + len(counts)), counts)
        for start in range(0, len(vectors), _BATCH):
            batch = zip(items[start : start + _BATCH].tolist(), vectors[start : start + _BATCH], strict=True)
            first = written.rows + start
            data = [
                {"row": first + number, "item": item, "vector": vector}
                for number, (item, vector) in enumerate(batch)
            ]
            self._server.work("insert", self._collection(training), data)
        written.items += len(counts)
        written.rows += len(vectors)

    def finish(self, training: str) -> None:
        """See RowServer."""
        collection = self._collection(training)
        self._server.work("flush", collection)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type=self._type, metric_type="IP", params=self._kind.built)
        self._server.work("create_index", collection, index)
        self._server.work("load_collection", collection)
        self._written.pop(training, None)

    def base(self, trained: TrainedIndex) -> FixedBase:
        """See RowServer."""
        collection = self._collection(trained.training)
        return MilvusBase(self._server, collection, trained, breadth=self._kind.breadth)

    def clean(self, keep: Sequence[str]) -> list[str]:
        """See RowServer."""
        own = re.compile(f"{re.escape(self._name)}_({_TRAINING})")
        matches = map(own.fullmatch, self._server.work("list_collections"))
        gone = [
            found[1]
            for found in matches
            if found and found[1] not in keep and found[1] < max(keep, default="")
        ]
        for training in gone:
            self._server.work("drop_collection", self._collection(training))
        return gone

    def _collection(self, training: str) -> str:
        return f"{self._name}_{training}"
