"""Exact nearest neighbours with FAISS."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.domain import Neighbour


class FaissIndex:
    """A flat inner-product index; rows are numbered for ever, so that an item's can be replaced."""

    def __init__(self, *, dim: int, threads: int = 1) -> None:
        self._threads = threads
        self._dim = dim
        self._index = faiss.IndexIDMap(faiss.IndexFlatIP(dim))
        self._rows: dict[str, range] = {}
        self._item_ids: dict[int, str] = {}
        self._next_row = 0
        self._most_views = 1
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._rows)

    def replace(self, item_id: str, vectors: Vectors | None) -> None:
        """Set the vectors of an item, float32 [views, dim] of unit length, or remove it with None."""
        if vectors is not None and (vectors.ndim != 2 or vectors.shape[1] != self._dim):
            raise ValueError(f"vectors of shape {vectors.shape}; expected [views, {self._dim}]")
        with self._lock:
            old = self._rows.pop(item_id, None)
            if old is not None:
                self._index.remove_ids(faiss.IDSelectorBatch(np.array(old, np.int64)))
                for row in old:
                    del self._item_ids[row]
            if vectors is not None and len(vectors):
                self._add(item_id, vectors)

    def _add(self, item_id: str, vectors: Vectors) -> None:
        rows = range(self._next_row, self._next_row + len(vectors))
        self._index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.array(rows, np.int64))
        self._next_row = rows.stop
        self._rows[item_id] = rows
        self._item_ids.update(dict.fromkeys(rows, item_id))
        self._most_views = max(self._most_views, len(vectors))

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        with self._lock:
            # Enough rows that k different items are among them, whichever have the most views.
            rows = min(k * self._most_views, self._index.ntotal)
            if rows == 0:
                return [[] for _ in vectors]
            # FAISS would take every core for itself; the setting holds for the calling thread alone.
            faiss.omp_set_num_threads(self._threads)
            cosines, found = self._index.search(np.ascontiguousarray(vectors, np.float32), rows)
            # Afterwards a row's item may be gone; all else is done where nobody waits for it.
            item_ids = {row: self._item_ids[row] for row in np.unique(found).tolist()}
        return [
            list(_nearest(similar, row, item_ids, k=k)) for similar, row in zip(cosines, found, strict=True)
        ]


def _nearest(
    cosines: Vectors, rows: NDArray[np.int64], item_ids: Mapping[int, str], *, k: int
) -> Iterator[Neighbour]:
    seen: set[str] = set()
    for cosine, row in zip(cosines.tolist(), rows.tolist(), strict=True):
        item_id = item_ids[row]
        if item_id not in seen:
            seen.add(item_id)
            # For unit vectors |a - b|² = 2 - 2 a·b; rounding can push it just below 0.
            yield Neighbour(item_id, max(0.0, 2.0 - 2.0 * cosine) ** 0.5, row)
        if len(seen) == k:
            return
