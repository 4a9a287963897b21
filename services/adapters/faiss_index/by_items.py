"""The nearest items of a catalogue that is small for a search: the best row of each item, and the best items.

FAISS gives the nearest rows, whose items are told apart one by one in Python; that takes longer than to
compare some thousands of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.faiss_index.rows import Rows, State
from services.core.records import Neighbour
from services.core.search.columns import Columns


def columns_by_items(state: State, queries: Vectors, *, k: int) -> Columns:
    """For each row of float32 [n, dim] its k nearest items, nearest first; of equal ones the first added."""
    parts = state.parts
    found = [_by_items(part, queries) for part in parts]
    cosines = np.concatenate([best for best, _ in found], axis=1)
    order = np.argsort(-cosines, axis=1, kind="stable")[:, : min(k, state.items)]
    # Each part's rows are counted behind those of the parts before it.
    behind = np.cumsum([0, *(len(part) for part in parts)])
    rows = np.concatenate([row + start for (_, row), start in zip(found, behind, strict=False)], axis=1)
    nearest, places = np.take_along_axis(cosines, order, 1), np.take_along_axis(rows, order, 1)
    numbers = np.concatenate([part.numbers for part in parts])[places]
    # For unit vectors |a - b|² = 2 - 2 a·b; rounding can push it just below 0.
    distances = np.sqrt(np.maximum(0.0, 2.0 - 2.0 * nearest.astype(np.float64)))
    return Columns(
        places,
        numbers,
        distances,
        1.0 - distances**2 / 2,
        partial(_item_ids, parts[0], parts[-1]),
        partial(_vectors, parts[0], parts[-1]),
    )


def nearest_by_items(state: State, queries: Vectors, *, k: int) -> list[list[Neighbour]]:
    """The same as neighbours."""
    if not state.parts:
        return [[] for _ in queries]
    found = columns_by_items(state, queries, k=k)
    lists = (each.tolist() for each in (found.places, found.distances, found.rows, found.cosines))
    return [
        list(map(Neighbour, found.item_ids(places), distances, rows, vectors, repeat(None), cosines))
        for vectors, places, distances, rows, cosines in zip(
            map(found.vectors, found.places), *lists, strict=True
        )
    ]


def _by_items(part: Rows, queries: Vectors) -> tuple[Vectors, NDArray[np.int64]]:
    """The cosine of each item's nearest row, float32 [n, items], -inf for one that left; and these rows."""
    cosines = queries @ part.vectors.T
    best = np.maximum.reduceat(cosines, part.starts, axis=1)
    counts = np.diff(part.starts, append=len(part))
    is_best = cosines == np.repeat(best, counts, axis=1)
    rows = np.minimum.reduceat(np.where(is_best, np.arange(len(part)), len(part)), part.starts, axis=1)
    best[:, ~part.alive[part.starts]] = -np.inf
    return best, rows


def _item_ids(first: Rows, last: Rows, places: Sequence[int]) -> list[str]:
    """The items at places that are counted through one or two parts."""
    behind = len(first)
    if first is last:
        return [first.item_ids[place] for place in places]
    return [first.item_ids[place] if place < behind else last.item_ids[place - behind] for place in places]


def _vectors(first: Rows, last: Rows, places: NDArray[np.int64]) -> Vectors:
    """The vectors at places that are counted through one or two parts, float32 [n, dim]."""
    behind = len(first)
    if first is last:
        return np.asarray(first.space[places])
    found = np.empty((len(places), first.space.shape[1]), np.float32)
    is_first = places < behind
    found[is_first] = first.space[places[is_first]]
    found[~is_first] = last.space[places[~is_first] - behind]
    return found
