"""The means of a base's items: found by short codes, and ordered by longer ones.

The nearest row of an item is nearer to a query than its mean is, and the more so, the more its rows differ.
So items are ordered by their mean, as it is and not of unit length, and by this spread together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.mean_index.codes import renewed
from services.adapters.mean_index.entries import Entries
from services.adapters.mean_index.ranking import first_times

# Spreads differ more than other numbers of the codes do; in this measure they take no more of them.
_SPREAD_SCALE = 0.3
# Short codes have 4 bits for two of these main axes; a random turn spreads evenly what they keep.
_AXES = 320
# FAISS' code for many numbers at once takes sixteen in a row.
_IN_A_ROW = 16
# FAISS wants as many to learn 16 centres from; fewer entries are taken several times.
_LEAST_SAMPLE = 640
_SAMPLE, _CHUNK = 20_000, 50_000


class Means:
    """An entry an item, or several for an item whose rows differ much; nothing changes."""

    def __init__(self, index: Any, items: NDArray[np.int32]) -> None:
        """`items` has the place of each entry's item."""
        self._index, self.items = index, items
        self._width = index.d
        self.item_count = int(items[-1]) + 1 if len(items) else 0
        self.several = len(items) != self.item_count

    def __len__(self) -> int:
        return len(self.items)

    @property
    def memory_bytes(self) -> int:
        """Bytes of the codes and of the items' places."""
        turned: Any = faiss.downcast_index(self._index.base_index)
        short: Any = faiss.downcast_index(turned.index)
        longer: Any = faiss.downcast_index(self._index.refine_index)
        return int(short.codes.size() + longer.codes.size()) + self.items.nbytes

    def nearest(
        self, queries: Vectors, *, candidates: int, kept: int, spread_weight: float
    ) -> NDArray[np.int64]:
        """For each of float32 [n, dim] the items of its best `kept` entries: int64 [n, kept], best first.

        -1 stands for none, and for an item that has come already. `candidates` is the number of entries that
        are found by their short codes, and `spread_weight` the worth of a spread of 1.
        """
        kept = min(kept, len(self))
        options = faiss.IndexRefineSearchParameters()
        options.k_factor = max(1.0, min(candidates, len(self)) / kept)
        entries = self._index.search(self._widened(queries, spread_weight), kept, params=options)[1]
        return self._of(entries)

    def first(self, queries: Vectors, *, candidates: int, spread_weight: float) -> NDArray[np.int64]:
        """As `nearest`, in the order of the short codes alone."""
        index = faiss.downcast_index(self._index.base_index)
        wide = self._widened(queries, spread_weight)
        return self._of(index.search(wide, min(candidates, len(self)))[1])

    def renewed(self, is_kept: NDArray[np.bool_], more: Entries) -> Means:
        """Those of the items that are kept, bool [items], with their codes; more items come behind them."""
        kept = np.flatnonzero(is_kept[self.items])
        index, places = renewed(self._index, kept), (np.cumsum(is_kept) - 1).astype(np.int32)
        _add(index, more, self._width)
        behind = more.items + np.int32(np.count_nonzero(is_kept))
        return Means(index, np.concatenate([places[self.items[kept]], behind.astype(np.int32)]))

    def write(self, path: Path) -> None:
        """Write the codes as a file of FAISS."""
        faiss.write_index(self._index, str(path))

    def _of(self, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        items = np.where(entries < 0, -1, self.items[entries].astype(np.int64))
        if self.several:
            items[~first_times(items)] = -1
        return items

    def _widened(self, queries: Vectors, spread_weight: float) -> Vectors:
        wide = np.zeros((len(queries), self._width), np.float32)
        wide[:, : queries.shape[1]] = queries
        wide[:, queries.shape[1]] = spread_weight / _SPREAD_SCALE
        return wide


def read_means(path: Path, items: NDArray[np.int32]) -> Means:
    """Read what `Means.write` wrote; raises ValueError for anything else."""
    try:
        index = faiss.read_index(str(path))
    except RuntimeError as error:
        raise ValueError(f"{path.name} can't be read ({str(error)[-100:]})") from None
    if not isinstance(index, faiss.IndexRefine) or index.ntotal != len(items):
        raise ValueError(f"{path.name} is not of {len(items)} entries")
    return Means(index, items)


def made_means(entries: Entries, *, seed: int) -> Means:
    """The codes of entries and of their spreads, learned from them."""
    dice, dim = np.random.default_rng(seed), entries.means.shape[1]
    width = -(-(dim + 1) // _IN_A_ROW) * _IN_A_ROW
    sample = np.sort(dice.permutation(len(entries.items))[:_SAMPLE])
    sample = np.resize(sample, max(len(sample), _LEAST_SAMPLE))
    learned = _wide(entries.means[sample], entries.spreads[sample], width)
    turned = _turned(learned, dim, dice)
    short = faiss.IndexPQFastScan(turned.d_out, turned.d_out // 2, 4, faiss.METRIC_INNER_PRODUCT)
    short.train(turned.apply(learned))
    longer = faiss.IndexScalarQuantizer(width, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    longer.train(learned)
    both = faiss.IndexPreTransform(turned, short)
    index = faiss.IndexRefine(both, longer)
    _add(index, entries, width)
    return Means(index, entries.items)


def _add(index: Any, entries: Entries, width: int) -> None:
    for first in range(0, len(entries.items), _CHUNK):
        part = slice(first, first + _CHUNK)
        index.add(_wide(entries.means[part], entries.spreads[part], width))


def _wide(entries: NDArray[np.float16], spreads: Vectors, width: int) -> Vectors:
    wide = np.zeros((len(entries), width), np.float32)
    wide[:, : entries.shape[1]] = entries
    wide[:, entries.shape[1]] = _SPREAD_SCALE * spreads
    return wide


def _turned(learned: Vectors, dim: int, dice: np.random.Generator) -> faiss.LinearTransform:
    """The transform to the main axes of what is learned from and to the spread, turned at random."""
    axes = min(_AXES, dim - dim % 2)
    vectors = learned[:, :dim]
    main = np.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, : axes - 1]
    turn = np.linalg.qr(dice.standard_normal((axes, axes)))[0]
    matrix = np.zeros((axes, learned.shape[1]), np.float32)
    matrix[:, :dim] = turn[:, :-1] @ main.T
    matrix[:, dim] = turn[:, -1]
    transform = faiss.LinearTransform(learned.shape[1], axes, False)
    faiss.copy_array_to_vector(matrix.ravel(), transform.A)
    transform.is_trained = True
    return transform
