"""Indexes to compare with the exact one: approximate ones of FAISS, trained when first asked."""

from __future__ import annotations

from collections.abc import Sequence

import faiss
import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.ports import KnnIndex
from services.core.records import Neighbour

_FACTORY = {"hnsw": "HNSW32", "ivf": "IVF{cells},Flat"}
KINDS = ("exact", *_FACTORY)
# Number of rows to fetch for each of k different items, which have several views.
_ROWS = 8
_HNSW_REACH = 256


def make_index(kind: str, dim: int) -> KnnIndex:
    """An index for vectors of `dim` numbers: the product's index (exact), or one of FAISS' factory."""
    return FaissIndex(dim=dim) if kind == "exact" else FactoryIndex(_FACTORY[kind], dim)


class FactoryIndex:
    """An index that keeps the vectors and is built at the first search after a change."""

    def __init__(self, factory: str, dim: int) -> None:
        self._factory, self._dim = factory, dim
        self._items: dict[str, Vectors] = {}
        self._index: faiss.Index | None = None
        self._ids: list[str] = []
        self.cursor = 0

    def __len__(self) -> int:
        return len(self._items)

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Set or remove items' vectors, float32 [views, dim]."""
        for change in changes:
            self._items.pop(change.item_id, None)
            if change.vectors is not None:
                self._items[change.item_id] = change.vectors
        self._index, self.cursor = None, cursor

    def state(self) -> IndexState:
        """Its size; of what it finds nothing is known here."""
        rows = sum(map(len, self._items.values()))
        return IndexState("means", len(self), rows, base=rows, delta=0, tombstones=0, recall=None)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row its k nearest items, nearest first."""
        if self._index is None:
            self._index = self._build()
        cosines, rows = self._index.search(np.ascontiguousarray(vectors), min(k * _ROWS, len(self._ids)))
        return [self._nearest(c, r)[:k] for c, r in zip(cosines, rows, strict=True)]

    def _build(self) -> faiss.Index:
        faiss.omp_set_num_threads(1)
        stored = np.concatenate(list(self._items.values())).astype(np.float32)
        self._ids = [item_id for item_id, views in self._items.items() for _ in views]
        cells = max(1, round(len(stored) ** 0.5))
        factory = self._factory.format(cells=cells)
        index = faiss.index_factory(self._dim, factory, faiss.METRIC_INNER_PRODUCT)
        index.train(stored)
        index.add(stored)
        parameter = f"efSearch={_HNSW_REACH}" if "HNSW" in factory else f"nprobe={max(1, cells // 8)}"
        # The stubs know only the form with a number, of its two.
        faiss.ParameterSpace().set_index_parameters(index, parameter)  # type: ignore[arg-type]
        return index

    def _nearest(self, cosines: Vectors, rows: Vectors) -> list[Neighbour]:
        best: dict[str, Neighbour] = {}
        for cosine, row in zip(cosines.tolist(), rows.tolist(), strict=True):
            if row >= 0:
                item_id = self._ids[int(row)]
                best.setdefault(item_id, Neighbour(item_id, max(0.0, 2.0 - 2.0 * cosine) ** 0.5, int(row)))
        return list(best.values())
