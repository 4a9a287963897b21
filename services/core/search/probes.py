"""Measuring of an index's recall and rate with queries that are made of its own rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors, unit

# Number of queries, and of items whose recall is measured.
PROBES, FOUND = 200, 10
# Queries that are timed one at a time.
_TIMED = 50


class Sample:
    """A row each of some items, all of which have the same chance to be among them."""

    def __init__(self, size: int = PROBES) -> None:
        self._size, self._seen = size, 0
        self._dice = np.random.default_rng(23)
        self._rows: list[Vectors] = []

    def take(self, rows_of_items: Sequence[Vectors]) -> None:
        """Count items by their rows, float32 [n, dim]."""
        for rows in filter(len, rows_of_items):
            self._seen += 1
            place = len(self._rows) if self._seen <= self._size else int(self._dice.integers(self._seen))
            if place < self._size:
                self._rows[place : place + 1] = [rows[self._dice.integers(len(rows))].copy()]

    def queries(self) -> Vectors:
        """float32 [n, dim] of unit length, with cosines of about .6 with a row, as camera pictures have.

        What is added is the difference of two other rows, which lies where the rows' differences do.
        """
        rows = np.array(self._rows, np.float32)
        if len(rows) < 3:
            return rows
        return unit(rows + np.roll(rows, 1, axis=0) - np.roll(rows, 2, axis=0))


def exact_items(queries: Vectors, pages: Iterable[Mapping[int, Vectors]], *, k: int) -> list[set[int]]:
    """The k nearest items to each query by the items' nearest rows; items come by their numbers."""
    best = np.full((len(queries), 0), -np.inf, np.float32)
    items = np.zeros((len(queries), 0), np.int64)
    for page in pages:
        kept = {number: rows for number, rows in page.items() if len(rows)}
        if not kept:
            continue
        starts = np.cumsum([0, *(len(rows) for rows in kept.values())])[:-1]
        near = np.maximum.reduceat(queries @ np.concatenate(list(kept.values())).T, starts, axis=1)
        best = np.concatenate([best, near], axis=1)
        numbers = np.broadcast_to(np.array(list(kept), np.int64), near.shape)
        items = np.concatenate([items, numbers], axis=1)
        order = np.argsort(-best, axis=1)[:, :k]
        best, items = np.take_along_axis(best, order, 1), np.take_along_axis(items, order, 1)
    return [set(row) for row in items.tolist()]


@dataclass(frozen=True, slots=True)
class Measured:
    """The smallest breadth of a search that reaches a recall, and the recall and rate at it."""

    breadth: int
    recall: float
    rate: float


def measured(
    search: Callable[[Vectors, int], list[list[int]]],
    queries: Vectors,
    exact: Sequence[set[int]],
    *,
    breadths: Sequence[int],
    target: float,
) -> Measured:
    """Try breadths in turn until one reaches the target, else the last one.

    `search` gives the numbers of the items near each query, float32 [n, dim], at a breadth.
    """
    assert breadths
    for breadth in breadths:
        recall = _recall(search(queries, breadth), exact)
        if recall >= target:
            break
    timed: NDArray[np.float32] = queries[:_TIMED]
    began_s = time.perf_counter()
    for query in timed:
        search(query[np.newaxis], breadth)
    took_s = time.perf_counter() - began_s
    return Measured(breadth, recall, len(timed) / max(took_s, 1e-9))


def _recall(found: Sequence[Sequence[int]], exact: Sequence[set[int]]) -> float:
    hits = sum(len(wanted & set(got)) for got, wanted in zip(found, exact, strict=True))
    return hits / max(1, sum(map(len, exact)))
