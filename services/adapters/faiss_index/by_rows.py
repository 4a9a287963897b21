"""The nearest items by their nearest rows, which FAISS finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.faiss_index.rows import Rows, State
from services.core.records import Neighbour


def nearest_by_rows(state: State, queries: Vectors, *, k: int, threads: int) -> list[list[Neighbour]]:
    """For each of float32 [n, dim] its k nearest items, nearest first."""
    found: list[list[Neighbour]] = [[] for _ in queries]
    pending = np.arange(len(queries) if state.items else 0)
    # FAISS would take every core; the setting holds for the calling thread alone.
    faiss.omp_set_num_threads(threads)
    # Enough for k usual items, and one row behind them; a query near an item of more views is repeated.
    rows = k * state.usual_views + 1
    while len(pending):
        unsettled = []
        for query, (neighbours, settled) in zip(
            pending.tolist(), _nearest(state, queries[pending], rows=rows, k=k), strict=True
        ):
            found[query] = neighbours
            if not settled:
                unsettled.append(query)
        pending = np.array(unsettled, np.int64)
        rows *= 2
    return found


def _nearest(state: State, queries: Vectors, *, rows: int, k: int) -> Iterator[tuple[list[Neighbour], bool]]:
    """Each query's nearest items by up to `rows` rows of each part, and whether these are all of the k."""
    parts, cosines, numbers, columns = state.parts, [], [], list[NDArray[np.int64]]()
    # The rows of a part that were not fetched are at most as near as the last fetched one.
    limits = np.full(len(queries), -np.inf, np.float32)
    for part in parts:
        near, places = faiss.knn(
            queries, part.vectors, min(rows, len(part)), metric=faiss.METRIC_INNER_PRODUCT
        )
        if rows < len(part):
            limits = np.maximum(limits, near[:, -1])
        # A row that belongs to no item any more counts as behind all others.
        cosines.append(np.where(part.alive[places], near, -np.inf))
        numbers.append(part.numbers[places])
        columns.append(places)
    near, number = np.concatenate(cosines, axis=1), np.concatenate(numbers, axis=1)
    order = np.lexsort((number, -near))
    near, number = np.take_along_axis(near, order, 1), np.take_along_axis(number, order, 1)
    for row, limit in enumerate(limits.tolist()):
        ranked = order[row].tolist()
        ids = [
            part.item_ids[place]
            for part, places in zip(parts, columns, strict=True)
            for place in places[row].tolist()
        ]
        firsts = _first(near[row].tolist(), [ids[column] for column in ranked], k=k, limit=limit)
        vectors = _vectors(parts, [places[row] for places in columns], [ranked[first] for first in firsts])
        found = [
            # For unit vectors |a - b|² = 2 - 2 a·b; rounding can push it just below 0.
            Neighbour(ids[ranked[first]], max(0.0, 2.0 - 2.0 * cosine) ** 0.5, place, vector)
            for first, cosine, place, vector in zip(
                firsts, near[row, firsts].tolist(), number[row, firsts].tolist(), vectors, strict=True
            )
        ]
        yield found, len(found) == k or limit == -np.inf


def _first(cosines: Sequence[float], item_ids: Sequence[str], *, k: int, limit: float) -> list[int]:
    """The places of the nearest rows of the first k items, of rows nearest first, nearer than the limit."""
    firsts, met = list[int](), set[str]()
    for place, item_id in enumerate(item_ids):
        if item_id in met:
            continue
        if cosines[place] <= limit:
            break
        met.add(item_id)
        firsts.append(place)
        if len(firsts) == k:
            break
    return firsts


def _vectors(
    parts: Sequence[Rows], fetched: Sequence[NDArray[np.int64]], columns: Sequence[int]
) -> list[Vectors]:
    """The vectors of columns of a query's fetched rows, which are those of each part in turn."""
    vectors = list[Vectors | None]([None] * len(columns))
    start = 0
    for part, places in zip(parts, fetched, strict=True):
        own = [n for n, column in enumerate(columns) if start <= column < start + len(places)]
        gathered = part.space[places[[columns[n] - start for n in own]]]
        for n, vector in zip(own, gathered, strict=True):
            vectors[n] = vector
        start += len(places)
    return [vector for vector in vectors if vector is not None]
