"""The nearest items of candidates, by their nearest rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.mean_index.views import Views
from services.core.records import Neighbour

Places = NDArray[np.int64]


def nearest_rows(
    views: Views, queries: Vectors, items: Places, *, wanted: int, rows: int
) -> tuple[Places, Places]:
    """For each of float32 [n, dim] its nearest items, and the places of their nearest rows, [n, wanted] each.

    `items` is [n, m], -1 for none; there are at least as many as are wanted. Up to `rows` rows are looked at
    first, and more where these are not enough.
    """
    own, places = views.nearest(queries, items, rows=rows)
    is_first = first_times(own)
    counted = np.cumsum(is_first, axis=1)
    enough = counted[:, -1] >= wanted
    chosen = is_first & (counted <= wanted) & enough[:, None]
    found = np.empty((2, len(queries), wanted), np.int64)
    for into, values in zip(found, (own, places), strict=True):
        into[enough] = values[chosen].reshape(-1, wanted)
    if not enough.all():  # an item of many rows was near
        short = ~enough
        found[:, short] = nearest_rows(views, queries[short], items[short], wanted=wanted, rows=2 * rows)
    return found[0], found[1]


def first_times(items: Places) -> NDArray[np.bool_]:
    """Where each row of int64 [n, m] holds a number for the first time; -1 is none."""
    order = np.argsort(items, axis=1, kind="stable")
    ordered = np.take_along_axis(items, order, axis=1)
    is_first = items >= 0
    again = ordered[:, 1:] == ordered[:, :-1]
    lines, columns = np.nonzero(again)
    is_first[lines, order[:, 1:][lines, columns]] = False
    return is_first


def neighbours(
    views: Views, queries: Vectors, own: Places, places: Places, *, ids: Sequence[str], numbers: Places
) -> list[list[Neighbour]]:
    """The items of each query, the nearest first; `numbers` has those of the items' first rows."""
    vectors = views.vectors(places.ravel()).reshape(*places.shape, -1)
    lengths = np.sqrt(np.einsum("qnd,qnd->qn", vectors, vectors))
    cosines = (np.einsum("qnd,qd->qn", vectors, queries) / lengths).astype(np.float64)
    distances = np.sqrt(np.maximum(0, 2 - 2 * cosines))
    rows = numbers[own] + places - views.starts[own]
    order = np.lexsort((rows, distances))
    columns = (np.take_along_axis(each, order, axis=1).tolist() for each in (own, distances, rows, cosines))
    return [
        [
            Neighbour(ids[item], distance, row, held[place], None, cosine)
            for item, distance, row, cosine, place in zip(*lists, ranks, strict=True)
        ]
        for *lists, ranks, held in zip(*columns, order.tolist(), vectors, strict=True)
    ]
