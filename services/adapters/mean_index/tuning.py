"""The choice of a base's numbers, by queries made of its own rows whose exact answers are found."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors, unit
from services.adapters.mean_index.means import Means
from services.adapters.mean_index.tuned import ASKED, RECALL_OF, Tuned
from services.adapters.mean_index.views import Views

_PROBES, _NOISE_ROWS, _TIMED = 400, 2000, 100
# Camera pictures have cosines of .8 to .3 with the pictures of their things.
_LEAST_NOISE, _MOST_NOISE = 0.7, 2.6
# Cameras' pictures are somewhat harder: two to three times as much is missed with them. So with these
# queries only this share of what may be missed is missed, and this one by the short codes alone.
_MISSED, _MISSED_FIRST = 0.35, 0.2
# Candidates that are looked at, and the share of the entries that they may be where that is more.
_MOST_CANDIDATES, _MOST_SHARE = 8192, 0.03
_SPREAD_WEIGHTS = (0.05, 0.1, 0.15, 0.2)
# The cost of an item whose rows are compared, in candidates.
_COMPARED_COST = 6
_BLOCK_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Probes:
    """Queries, float32 [n, dim], and the items of their exact answers, int64 [n, RECALL_OF], -1 for none."""

    queries: Vectors
    nearest: NDArray[np.int64]

    def recall(self, found: NDArray[np.int64]) -> float:
        """The share of the exact answers among the items found, int64 [n, any]."""
        wanted = self.nearest >= 0
        hits = (self.nearest[:, :, None] == found[:, None, :]).any(axis=2) & wanted
        return float(hits.sum() / max(1, wanted.sum()))


def made_probes(views: Views, *, seed: int, count: int = _PROBES) -> Probes:
    """Queries like a camera's: rows with noise that lies along the same axes as rows do."""
    dice = np.random.default_rng(seed)
    own = views.vectors(dice.integers(len(views.rows), size=count))
    others = views.vectors(dice.integers(len(views.rows), size=_NOISE_ROWS))
    noise = dice.standard_normal((count, len(others)), np.float32) @ others / np.sqrt(np.float32(len(others)))
    strength = np.linspace(_LEAST_NOISE, _MOST_NOISE, count, dtype=np.float32)[:, None]
    queries = unit(own + strength * noise)
    return Probes(queries, _exact(views, queries))


def tuned(means: Means, probes: Probes, *, target: float) -> Tuned:
    """The cheapest numbers with which the target is reached, or all items where none reaches it."""
    tried = [_with_weight(means, probes, target, weight) for weight in _SPREAD_WEIGHTS]
    return min(tried, key=lambda each: each.candidates + _COMPARED_COST * each.compared)


def _with_weight(means: Means, probes: Probes, target: float, weight: float) -> Tuned:
    most = min(max(_MOST_CANDIDATES, int(_MOST_SHARE * len(means))), len(means))
    codes = means.first(probes.queries, candidates=most, spread_weight=weight)
    candidates = _smallest(codes, probes, at_least=1 - _MISSED_FIRST * (1 - target))
    ordered = means.nearest(probes.queries, candidates=candidates, kept=candidates, spread_weight=weight)
    compared = max(ASKED, _smallest(ordered, probes, at_least=1 - _MISSED * (1 - target)))
    recall = probes.recall(ordered[:, :compared])
    if recall < target:
        candidates = compared = len(means)
        recall = 1.0
    return Tuned(candidates, compared, weight, target, recall, 0.0, len(probes.queries), means.item_count)


def rate(search: Callable[[Vectors], object], probes: Probes) -> float:
    """The queries that are answered in a second of this thread's processor time, one at a time."""
    search(probes.queries[:1])
    began_s = time.thread_time()
    for query in probes.queries[:_TIMED]:
        search(query[np.newaxis])
    return min(_TIMED, len(probes.queries)) / max(1e-9, time.thread_time() - began_s)


def _smallest(found: NDArray[np.int64], probes: Probes, *, at_least: float) -> int:
    """The number of first places of the items found that hold a share of the exact answers; else all."""
    equal = found[:, None, :] == np.where(probes.nearest < 0, -2, probes.nearest)[:, :, None]
    places = np.where(equal.any(axis=2), equal.argmax(axis=2), found.shape[1])[probes.nearest >= 0]
    if not len(places):
        return int(found.shape[1])
    ordered = np.sort(places)
    needed = int(ordered[min(len(ordered) - 1, int(np.ceil(at_least * len(ordered))) - 1)]) + 1
    return min(needed, int(found.shape[1]))


def _exact(views: Views, queries: Vectors) -> NDArray[np.int64]:
    """The items of the best rows of each query, int64 [n, RECALL_OF], the nearest first, -1 for none."""
    best = np.full((len(queries), RECALL_OF), -np.inf, np.float32)
    items = np.full(best.shape, -1, np.int64)
    first, starts = 0, views.starts
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + _BLOCK_ROWS, side="right")) - 1)
        rows = views.vectors(np.arange(starts[first], starts[last]))
        cosines = np.maximum.reduceat(queries @ rows.T, starts[first:last] - starts[first], axis=1)
        together = np.concatenate([best, cosines], axis=1)
        names = np.broadcast_to(np.arange(first, last), cosines.shape)
        chosen = np.argsort(-together, axis=1, kind="stable")[:, :RECALL_OF]
        best = np.take_along_axis(together, chosen, axis=1)
        items = np.take_along_axis(np.concatenate([items, names], axis=1), chosen, axis=1)
        first = last
    return items
