"""The entries of items among a base's means: one of each, and more of one whose rows differ much."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.search.held_rows import Block

# Where rows lie further than this around their mean, the mean tells little of them: at .8 three times as many
# have to be compared of 200,000 items for the same recall; at .5 there are a third more entries.
_WIDEST = 0.6


@dataclass(frozen=True, slots=True)
class Entries:
    """float16 [n, dim], how far its rows lie around each, 0 to 1, and its item's place."""

    means: NDArray[np.float16]
    spreads: Vectors
    items: NDArray[np.int32]


# An item's place, and the means and spreads of its entries.
_Several = tuple[int, NDArray[np.float16], Vectors]


def entries_of(blocks: Iterable[Block], starts: NDArray[np.int64], *, dim: int) -> Entries:
    """The entries of items whose rows come in blocks, each of whole items, in the order of the items."""
    items = len(starts) - 1
    means, spreads = np.empty((items, dim), np.float16), np.empty(items, np.float32)
    # Items of several entries, with these.
    split: list[_Several] = []
    first, row = 0, 0
    for block in blocks:
        rows = block.astype(np.float32)
        last = int(np.searchsorted(starts, row + len(rows)))
        own = starts[first : last + 1] - row
        if len(rows):
            own_means, wide = _summed(rows, own)
            means[first:last], spreads[first:last] = own_means, wide
            for place in np.flatnonzero((wide > _WIDEST) & (np.diff(own) > 2)).tolist():
                parts = list(_split(rows[own[place] : own[place + 1]]))
                parted = np.concatenate([mean for mean, _ in parts]).astype(np.float16)
                split.append((first + place, parted, np.concatenate([spread for _, spread in parts])))
        first, row = last, row + len(rows)
    return _with_split(Entries(means, spreads, np.arange(items, dtype=np.int32)), split)


def _with_split(single: Entries, split: list[_Several]) -> Entries:
    """The entries, some of them replaced by several, item after item."""
    if not split:
        return single
    replaced = np.array([place for place, _, _ in split])
    counts = np.ones(len(single.items), np.int64)
    counts[replaced] = [len(wide) for _, _, wide in split]
    items = np.repeat(single.items, counts)
    # In half precision, and with one copy: of a million items all means take 1 GiB.
    means, spreads = single.means[items], single.spreads[items]
    is_replaced = np.zeros(len(single.items), np.bool_)
    is_replaced[replaced] = True
    places = np.flatnonzero(is_replaced[items])
    means[places] = np.concatenate([own for _, own, _ in split])
    spreads[places] = np.concatenate([wide for _, _, wide in split])
    return Entries(means, spreads, items)


def _split(rows: Vectors) -> Iterable[tuple[Vectors, Vectors]]:
    """The rows in halves, and these again, until each part's lie close: its mean and its spread."""
    own_means, wide = _summed(rows, np.array([0, len(rows)]))
    if len(rows) < 2 or wide[0] <= _WIDEST:
        yield own_means, wide
        return
    # The two that differ most attract the others.
    one = rows[int((rows @ rows[0]).argmin())]
    other = rows[int((rows @ one).argmin())]
    nearer = rows @ one >= rows @ other
    if nearer.all() or not nearer.any():
        yield own_means, wide
        return
    yield from _split(rows[nearer])
    yield from _split(rows[~nearer])


def _summed(rows: Vectors, starts: NDArray[np.int64]) -> tuple[Vectors, Vectors]:
    """The mean of each item's rows, and their spread."""
    means = np.add.reduceat(rows, starts[:-1], axis=0) / np.diff(starts)[:, None]
    # Rows have length 1: the mean is the shorter, the more they differ.
    spreads = np.sqrt(np.maximum(0, 1 - np.einsum("nd,nd->n", means, means)))
    return np.asarray(means, np.float32), np.asarray(spreads, np.float32)
