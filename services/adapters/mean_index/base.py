"""A base: many items' rows, which never change, with codes of their means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.mean_index.entries import entries_of
from services.adapters.mean_index.means import Means, made_means
from services.adapters.mean_index.ranking import nearest_rows, neighbours
from services.adapters.mean_index.tuned import ASKED, Tuned
from services.adapters.mean_index.tuning import made_probes, rate, tuned
from services.adapters.mean_index.views import Views, written
from services.core.records import Neighbour
from services.core.search.held_rows import Block, HeldRows

_BLOCK_ROWS = 8192
# Of what is found, so much more is looked at where items are gone.
_WIDER = 4


class Base:
    """Finds the nearest of its items, and nearly all of the nearest; any number of threads may search."""

    def __init__(
        self,
        *,
        item_ids: Sequence[str],
        numbers: NDArray[np.int64],
        views: Views,
        means: Means,
        tuned: Tuned,
        dim: int,
    ) -> None:
        """`numbers` has the number of each item's first row."""
        self.item_ids, self.numbers, self.views, self.means = item_ids, numbers, views, means
        self.tuned, self.dim = tuned, dim
        self.counts: NDArray[np.int64] = np.diff(views.starts)
        self._usual_views = int(np.median(self.counts))

    def __len__(self) -> int:
        return len(self.item_ids)

    @classmethod
    def build(
        cls,
        held: HeldRows,
        *,
        dim: int,
        target: float = 0.99,
        folder: Path | None = None,
        is_timed: bool = True,
        earlier: tuple[Base, NDArray[np.bool_]] | None = None,
    ) -> Self:
        """Build a base of one item or more; takes a thread for a while.

        `target` is the share of the exact answer's ten items that is to be found. The rows are kept in a
        file of `folder`, by default that of temporary files, which is gone when the base is. `earlier` is a
        base, with the items of it that are gone: what is left of it comes first in `held`, and its codes and
        numbers are taken over, unless the sizes differ much.
        """
        faiss.omp_set_num_threads(1)
        starts = np.concatenate([[0], np.cumsum(held.counts)]).astype(np.int64)
        views = written(held.blocks(), starts, dim=dim, folder=folder)
        if earlier is not None and earlier[0].tuned.fits(len(held)) and earlier[0].tuned.target == target:
            means, found = _taken_over(*earlier, views, dim=dim)
            return cls(
                item_ids=held.item_ids, numbers=held.numbers, views=views, means=means, tuned=found, dim=dim
            )
        means = made_means(entries_of(_blocks(views), starts, dim=dim), seed=len(held))
        probes = made_probes(views, seed=len(held))
        found = tuned(means, probes, target=target)
        base = cls(
            item_ids=held.item_ids, numbers=held.numbers, views=views, means=means, tuned=found, dim=dim
        )
        if is_timed:
            base.tuned = replace(found, rate=rate(lambda query: base.search(query, k=ASKED), probes))
        return base

    @property
    def vectors(self) -> int:
        """The number of all rows."""
        return len(self.views.rows)

    @property
    def file_bytes(self) -> int:
        """Bytes of its rows, in a mapped file."""
        return self.views.rows.nbytes

    @property
    def memory_bytes(self) -> int:
        """Bytes of its codes, in memory."""
        return self.means.memory_bytes + self.views.starts.nbytes + self.numbers.nbytes

    @property
    def next_number(self) -> int:
        """A number above those of all its rows."""
        return int((self.numbers + self.counts).max())

    def save(self, folder: Path, *, breathe: Callable[[], object] = lambda: None) -> None:
        """Write all files into an existing folder; raises OSError. See `load`.

        `breathe` is called between small steps.
        """
        from services.adapters.mean_index.files import save

        save(self, folder, breathe)

    @classmethod
    def load(cls, folder: Path, *, mapped: bool = True) -> Self:
        """Read what `save` wrote; raises OSError, or ValueError for anything else.

        With `mapped`, rows are read when a search compares them, else all at once. The files may be deleted
        afterwards, but not changed.
        """
        from services.adapters.mean_index.files import load

        return load(cls, folder, mapped=mapped)

    def held(self, gone: NDArray[np.bool_] | None = None) -> HeldRows:
        """Its items' rows, without those of the items that are gone, bool [items]."""
        if gone is None or not gone.any():
            return HeldRows(self.item_ids, self.counts, self.numbers, lambda: _blocks(self.views))
        kept = np.flatnonzero(~gone)
        return HeldRows(
            [self.item_ids[place] for place in kept.tolist()],
            self.counts[kept],
            self.numbers[kept],
            lambda: _blocks(self.views, gone),
        )

    def search(
        self, vectors: Vectors, *, k: int, gone: NDArray[np.bool_] | None = None
    ) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, without the gone ones."""
        faiss.omp_set_num_threads(1)
        queries = np.ascontiguousarray(vectors, np.float32)
        found: list[list[Neighbour]] = [[] for _ in queries]
        left = len(self) - (0 if gone is None else int(np.count_nonzero(gone)))
        pending, wanted, scale = np.arange(len(queries)), min(k, left), max(1.0, k / ASKED)
        while len(pending) and wanted > 0:
            items = self._items(queries[pending], scale, gone)
            # Fewer can remain than were looked for, where many near ones are gone.
            enough = (items >= 0).sum(axis=1) >= wanted
            compared = self._compared(queries[pending[enough]], items[enough], wanted)
            for query, nearest in zip(pending[enough].tolist(), compared, strict=True):
                found[query] = nearest
            pending, scale = pending[~enough], scale * _WIDER
        return found

    def _items(self, queries: Vectors, scale: float, gone: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """The items whose rows are compared, int64 [n, m], -1 for none."""
        candidates, kept = int(self.tuned.candidates * scale), int(self.tuned.compared * scale)
        # FAISS takes no more lists for a query than there are.
        if 2 * kept >= len(self.means) or kept >= len(self):
            items = np.broadcast_to(np.arange(len(self)), (len(queries), len(self)))
        else:
            weight = self.tuned.spread_weight
            items = self.means.nearest(queries, candidates=candidates, kept=kept, spread_weight=weight)
        return items if gone is None else np.where(gone[items] & (items >= 0), -1, items)

    def _compared(self, queries: Vectors, items: NDArray[np.int64], wanted: int) -> list[list[Neighbour]]:
        """The nearest of each query's items; there are at least as many as are wanted."""
        if not len(queries):
            return []
        rows = wanted * self._usual_views + 1
        own, places = nearest_rows(self.views, queries, items, wanted=wanted, rows=rows)
        return neighbours(self.views, queries, own, places, ids=self.item_ids, numbers=self.numbers)


def _taken_over(earlier: Base, gone: NDArray[np.bool_], views: Views, *, dim: int) -> tuple[Means, Tuned]:
    """The means of views, the first of which are of what is left of a base; only the others are encoded."""
    left = len(gone) - int(np.count_nonzero(gone))
    starts = views.starts[left:] - views.starts[left]
    more = entries_of(_blocks(views, first=left), starts, dim=dim)
    return earlier.means.renewed(~gone, more), earlier.tuned.grown(len(gone), len(views.starts) - 1)


def _blocks(views: Views, gone: NDArray[np.bool_] | None = None, *, first: int = 0) -> Iterator[Block]:
    """The rows from an item on, in blocks of whole items, without those of the items that are gone."""
    starts = views.starts
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + _BLOCK_ROWS, side="right")) - 1)
        rows = views.rows[starts[first] : starts[last]]
        if gone is not None:
            rows = rows[~np.repeat(gone[first:last], np.diff(starts[first : last + 1]))]
        yield rows
        first = last
