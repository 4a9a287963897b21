"""The rows of a base's items in a mapped file, compared item by item."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.search.held_rows import Block

# float16 keeps cosines to 0.00002; the item store keeps no more.
_HALF = np.dtype("<f2")
_PIECE_BYTES = 1 << 20


class Views:
    """Rows that never change. Their file may lose its name while they are used."""

    def __init__(self, path: Path, starts: NDArray[np.int64], *, dim: int) -> None:
        """`starts` has the place of each item's first row, and the number of all rows behind them.

        Raises ValueError for a file of another size, OSError for one that can't be read.
        """
        size, expected = path.stat().st_size, int(starts[-1]) * dim * _HALF.itemsize
        if size != expected or not size:
            raise ValueError(f"{path.name} has {size} bytes; expected {expected}")
        self.starts, self._dim = starts, dim
        self._lists = _lists(path, starts, dim)
        # FAISS compares the rows of an inverted list in one go: each item is a list of its own.
        self._quantizer = faiss.IndexFlatIP(dim)
        half = faiss.ScalarQuantizer.QT_fp16
        metric = faiss.METRIC_INNER_PRODUCT
        self._index: Any = faiss.IndexIVFScalarQuantizer(
            self._quantizer, dim, len(starts) - 1, half, metric, False
        )
        self._index.replace_invlists(self._lists, False)
        self._index.is_trained = True
        mapped = faiss.rev_swig_ptr(self._lists.ptr, size)
        self.rows: NDArray[np.float16] = mapped.view(_HALF).reshape(-1, dim)

    def nearest(
        self, queries: Vectors, items: NDArray[np.int64], *, rows: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each of float32 [n, dim] the nearest rows of its items, nearest first: their items and places.

        `items` is [n, m], -1 for none; both answers are [n, rows], and -1 behind the last row.
        """
        count, several = items.shape
        cosines, found = np.empty((count, rows), np.float32), np.empty((count, rows), np.int64)
        items, unused = np.ascontiguousarray(items, np.int64), np.zeros(items.shape, np.float32)
        options = faiss.IVFSearchParameters()
        options.nprobe = several
        self._index.search_preassigned_c(
            count,
            faiss.swig_ptr(queries),
            rows,
            faiss.swig_ptr(items),
            faiss.swig_ptr(unused),
            faiss.swig_ptr(cosines),
            faiss.swig_ptr(found),
            True,  # pairs of list and offset instead of ids, of which there are none
            options,
        )
        own = found >> 32  # -1 stays -1
        return own, np.where(found < 0, -1, self.starts[own] + (found & 0xFFFFFFFF))

    def vectors(self, places: NDArray[np.int64]) -> Vectors:
        """The rows at some places, float32 [n, dim]."""
        codes = np.ascontiguousarray(self.rows[places])
        vectors = np.empty((len(places), self._dim), np.float32)
        if len(places):
            # numpy takes ten times as long.
            self._index.sq.decode_c(
                faiss.swig_ptr(codes.view(np.uint8)), faiss.swig_ptr(vectors), len(places)
            )
        return vectors

    def write(self, path: Path, breathe: Callable[[], object]) -> None:
        """Write the rows as a file."""
        with path.open("wb") as file:
            for piece in self._pieces():
                file.write(piece.data)
                breathe()

    def read_all(self) -> None:
        """Read all rows once, so that the first searches wait for no disk."""
        for piece in self._pieces():
            piece[::4096].max()

    def _pieces(self) -> Iterator[NDArray[np.uint8]]:
        flat = self.rows.reshape(-1).view(np.uint8)
        return (flat[first : first + _PIECE_BYTES] for first in range(0, len(flat), _PIECE_BYTES))


def _lists(path: Path, starts: NDArray[np.int64], dim: int) -> Any:
    """The file as FAISS' inverted lists, one an item."""
    code_bytes = dim * _HALF.itemsize
    lists: Any = faiss.OnDiskInvertedLists(len(starts) - 1, code_bytes, str(path))
    sizes = np.diff(starts)
    table = np.ascontiguousarray(np.stack([sizes, sizes, starts[:-1] * code_bytes], axis=1), np.uint64)
    faiss.memcpy(lists.lists.data(), faiss.swig_ptr(table), table.nbytes)
    lists.read_only, lists.totsize = True, int(starts[-1]) * code_bytes
    lists.do_mmap()
    return lists


def written(blocks: Iterable[Block], starts: NDArray[np.int64], *, dim: int, folder: Path | None) -> Views:
    """Views of rows in a file of their own, in this folder, that is gone when they are."""
    # It never has a name, so that nothing stays behind however this process ends.
    with tempfile.TemporaryFile(dir=folder) as file:
        for block in blocks:
            file.write(block.astype(_HALF).tobytes())
        file.flush()
        return Views(Path(f"/dev/fd/{file.fileno()}"), starts, dim=dim)
