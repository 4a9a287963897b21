"""The index as it was at one moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index.by_items import columns_by_items, nearest_by_items
from services.adapters.faiss_index.by_rows import nearest_by_rows
from services.adapters.faiss_index.files import save_rows
from services.adapters.faiss_index.held import held_rows
from services.adapters.faiss_index.rows import State
from services.core.records import Neighbour
from services.core.search.columns import Columns
from services.core.search.held_rows import HeldRows


@dataclass(frozen=True, slots=True)
class FrozenIndex:
    """A KnnSearch of one state."""

    state: State
    threads: int
    few_cosines: int

    def __len__(self) -> int:
        return self.state.items

    @property
    def file_bytes(self) -> int:
        """About the size of the files that `save` writes."""
        rows = sum(len(part) - part.left for part in self.state.parts)
        dim = int(self.state.base.space.shape[1])
        return rows * (4 * dim + 8)

    def save(self, folder: Path, /, *, breathe: Callable[[], object] = lambda: None) -> None:
        """Write its files into an empty folder; `breathe` is called between small steps."""
        save_rows(self.state, folder, breathe=breathe)

    def held(self) -> HeldRows:
        """Its items and their rows."""
        return held_rows(self.state)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """As FaissIndex.search."""
        state = self.state
        queries = np.ascontiguousarray(vectors, np.float32)
        if self._has_few(queries):
            return nearest_by_items(state, queries, k=k)
        return nearest_by_rows(state, queries, k=k, threads=self.threads)

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """As FaissIndex.columns."""
        queries = np.ascontiguousarray(vectors, np.float32)
        if not self.state.parts or not self._has_few(queries):
            return None
        return columns_by_items(self.state, queries, k=k)

    def _has_few(self, queries: Vectors) -> bool:
        """Whether all rows can be compared item by item."""
        return len(queries) * (len(self.state.base) + len(self.state.delta)) <= self.few_cosines
