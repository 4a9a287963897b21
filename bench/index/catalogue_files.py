"""A made catalogue in files, which each measuring process reads bit by bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.index.made_catalogue import MadeCatalogue, made_catalogue
from common.wire import Vectors
from services.core.search.held_rows import Block, HeldRows

TEN = 10
_ROWS, _ASKED = "rows.f16", "asked.npz"
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
        first = 0
        for block in self._blocks():
            rows = block.astype(np.float32).reshape(-1, self.views, self.dim)
            yield first, rows
            first += len(rows)

    def held(self) -> HeldRows:
        """All items, as a base is built of them."""
        counts = np.full(self.items, self.views)
        names = [str(place) for place in range(self.items)]
        return HeldRows(names, counts, np.cumsum(counts) - counts, self._blocks)

    def _blocks(self) -> Iterator[Block]:
        with (self.folder / _ROWS).open("rb") as file:
            for first in range(0, self.items, _CHUNK):
                count = min(_CHUNK, self.items - first) * self.views
                yield np.fromfile(file, np.float16, count * self.dim).reshape(count, self.dim)


def written(folder: Path, items: int, *, views: int, queries: int) -> MadeCatalogue:
    """Make a catalogue in the files of a folder, and the exact answers."""
    made = made_catalogue(items, views=views, queries=queries, path=folder / _ROWS)
    nearest = _nearest(made)
    np.savez(folder / _ASKED, queries=made.queries, nearest=nearest, shape=made.rows.shape)
    return made


def _nearest(made: MadeCatalogue) -> NDArray[np.int64]:
    """The items of the exact answers, the nearest first, by one pass over the rows."""
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
    return names


def read(folder: Path) -> CatalogueFiles:
    """The catalogue of a folder."""
    with (folder / _ASKED).open("rb") as file, np.load(file) as arrays:
        items, views, dim = arrays["shape"].tolist()
        return CatalogueFiles(folder, items, views, dim, arrays["queries"], arrays["nearest"])


def is_made(folder: Path, items: int, views: int, queries: int) -> bool:
    """Whether the folder has a catalogue of this size."""
    if not (folder / _ASKED).is_file():
        return False
    found = read(folder)
    return (found.items, found.views, len(found.queries)) == (items, views, queries)
