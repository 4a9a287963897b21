"""A made catalogue in files, which each measuring process reads bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.index.made_catalogue import MadeCatalogue
from common.wire import Vectors

TEN = 10
_CHUNK = 2000


@dataclass(frozen=True)
class CatalogueFiles:
    """Queries, and the items of their exact answers, int64 [n, TEN]; the rows are in a file."""

    folder: Path
    items: int
    views: int
    dim: int
    queries: Vectors
    nearest: NDArray[np.int64]

    def chunks(self) -> Iterator[tuple[int, Vectors]]:
        """The first item of each chunk, and rows, float32 [items, views, dim]."""
        with (self.folder / "rows.f16").open("rb") as file:
            for first in range(0, self.items, _CHUNK):
                count = min(_CHUNK, self.items - first)
                rows = np.fromfile(file, np.float16, count * self.views * self.dim)
                yield first, rows.astype(np.float32).reshape(count, self.views, self.dim)


def written(made: MadeCatalogue, folder: Path) -> None:
    """Write the catalogue, and the exact answers."""
    made.rows.tofile(folder / "rows.f16")
    items, views, dim = made.rows.shape
    best = np.full((len(made.queries), TEN), -np.inf, np.float32)
    names = np.zeros(best.shape, np.int64)
    for first in range(0, items, _CHUNK):
        rows = made.rows[first : first + _CHUNK].astype(np.float32)
        cosines = (made.queries @ rows.reshape(-1, dim).T).reshape(len(best), -1, views).max(axis=2)
        together = np.concatenate([best, cosines], axis=1)
        own = np.broadcast_to(np.arange(first, first + len(rows)), cosines.shape)
        chosen = np.argsort(-together, axis=1, kind="stable")[:, :TEN]
        best = np.take_along_axis(together, chosen, axis=1)
        names = np.take_along_axis(np.concatenate([names, own], axis=1), chosen, axis=1)
    np.savez(folder / "asked.npz", queries=made.queries, nearest=names, shape=made.rows.shape)


def read(folder: Path) -> CatalogueFiles:
    """The catalogue of a folder."""
    with (folder / "asked.npz").open("rb") as file, np.load(file) as arrays:
        items, views, dim = arrays["shape"].tolist()
        return CatalogueFiles(folder, items, views, dim, arrays["queries"], arrays["nearest"])
