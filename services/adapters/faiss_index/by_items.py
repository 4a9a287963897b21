"""The nearest items of a catalogue that is small for a search: the best row of each item, and the best items.

FAISS gives the nearest rows, whose items are told apart one by one in Python; that takes longer than to
compare some thousands of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.faiss_index.rows import Rows, State
from services.core.records import Neighbour


def nearest_by_items(state: State, queries: Vectors, *, k: int) -> list[list[Neighbour]]:
    """For each row of float32 [n, dim] its k nearest items, nearest first; of equal ones the first added."""
    parts = state.parts
    if not parts:
        return [[] for _ in queries]
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
    columns = (places, distances, numbers, 1.0 - distances**2 / 2)
    return [_neighbours(parts, *query) for query in zip(*(each.tolist() for each in columns), strict=True)]


def _by_items(part: Rows, queries: Vectors) -> tuple[Vectors, NDArray[np.int64]]:
    """The cosine of each item's nearest row, float32 [n, items], -inf for one that left; and these rows."""
    cosines = queries @ part.vectors.T
    best = np.maximum.reduceat(cosines, part.starts, axis=1)
    counts = np.diff(part.starts, append=len(part))
    is_best = cosines == np.repeat(best, counts, axis=1)
    rows = np.minimum.reduceat(np.where(is_best, np.arange(len(part)), len(part)), part.starts, axis=1)
    best[:, ~part.alive[part.starts]] = -np.inf
    return best, rows


def _neighbours(
    parts: Sequence[Rows], places: list[int], distances: list[float], numbers: list[int], scores: list[float]
) -> list[Neighbour]:
    """The neighbours at places that are counted through one or two parts."""
    first, last = parts[0], parts[-1]
    behind = len(first)
    found = []
    for place, distance, number, score in zip(places, distances, numbers, scores, strict=True):
        part, own = (first, place) if place < behind else (last, place - behind)
        found.append(Neighbour(part.item_ids[own], distance, number, part.space[own], None, score))
    return found
