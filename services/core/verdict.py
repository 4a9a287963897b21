"""Verdicts from the catalogue itself: how near do things come that are not in it?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from services.core.domain import Neighbour, Verdict
from services.core.ports import KnnIndex
from services.core.wire import Vectors

# The nearest distance is held against those of so many others, because a camera's blur and light move a
# picture away from the whole catalogue at once and squeeze the distances together: no plain distance keeps
# its meaning.
OTHERS = 100
# Shares of leave-one-out strangers that look at least as much like a match: error rates, not distances.
MATCH_BELOW = 0.4
NO_MATCH_ABOVE = 0.85
# With fewer items there is no telling what a stranger looks like, so everything is `unsure`.
MIN_ITEMS = 8
# Enough for quantiles of the rates above to within 2 %.
SAMPLE = 1000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How strangers look to this catalogue, each array sorted float64 [strangers], empty if that is unknown.

    `gaps` and `ratios` are theirs of `signs`, `ranks` their sums of shares that `_rank` makes of both;
    `apart` is how far two items lie apart on average.
    """

    gaps: Floats
    ratios: Floats
    ranks: Floats
    apart: float

    @classmethod
    def none(cls) -> Calibration:
        """Nothing is known of strangers yet."""
        return cls(np.empty(0), np.empty(0), np.empty(0), 0.0)

    @classmethod
    def leave_one_out(cls, index: KnnIndex, sample: Mapping[str, Vectors]) -> Calibration:
        """Ask for each sampled item ([views, dim] by id) what is nearest once it is not in the catalogue."""
        if len(index) < MIN_ITEMS or not sample:
            return cls.none()
        queries = np.stack([vectors[0] for vectors in sample.values()])
        found = index.search(queries, k=OTHERS + 2)
        strangers = [
            signs([neighbour.distance for neighbour in neighbours if neighbour.item_id != item_id])
            for item_id, neighbours in zip(sample, found, strict=True)
        ]
        gaps, ratios = np.sort(np.array(strangers).T)
        known = cls(gaps, ratios, np.empty(0), _apart(queries))
        return replace(known, ranks=np.sort([known._rank(gap, ratio) for gap, ratio in strangers]))

    def verdict(self, neighbours: Sequence[Neighbour]) -> Verdict:
        """Decide from the nearest items, nearest first; it takes up to OTHERS + 1 of them."""
        if not neighbours:
            return Verdict.NO_MATCH
        if not len(self.ranks):
            return Verdict.UNSURE
        if neighbours[0].distance >= self.apart:
            return Verdict.NO_MATCH  # as far from everything as any two items are from each other
        rank = self._rank(*signs([neighbour.distance for neighbour in neighbours[: OTHERS + 1]]))
        # A conformal p-value (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2005).
        share = np.searchsorted(self.ranks, rank, side="right") / len(self.ranks)
        if share <= MATCH_BELOW:
            return Verdict.MATCH
        return Verdict.NO_MATCH if share > NO_MATCH_ABOVE else Verdict.UNSURE

    def _rank(self, gap: float, ratio: float) -> float:
        """The shares of strangers with as large a gap and as small a ratio, added: small is like a match."""
        wider = len(self.gaps) - np.searchsorted(self.gaps, gap)
        nearer = np.searchsorted(self.ratios, ratio, side="right")
        return float(wider + nearer) / len(self.gaps)


def _apart(vectors: Vectors) -> float:
    """The distance of two of the unit vectors [n, dim] whose cosine is the mean of all pairs'."""
    count, total = len(vectors), vectors.astype(np.float64).sum(axis=0)
    # The squared length of the sum holds each pair twice, and each vector with itself once.
    cosine = float(total @ total - count) / (count * (count - 1)) if count > 1 else 1.0
    return math.sqrt(max(0.0, 2.0 - 2.0 * cosine))


def signs(distances: Sequence[float]) -> tuple[float, float]:
    """Two signs of a match in the distances of the nearest items, ascending.

    By how many standard deviations of the others' distances the nearest is nearer than their mean; and the
    nearest over the second. The first alone takes noise for a match where everything is equally far, the
    second alone fails for an item that has a near twin. (0, 1), no sign at all, for fewer than three.
    """
    if len(distances) < 3:
        return 0.0, 1.0
    nearest, others = distances[0], np.array(distances[1:])
    # Others that are all alike have no spread; then any gap stands out.
    gap = float((others.mean() - nearest) / max(float(others.std()), 1e-6))
    return gap, nearest / others[0] if others[0] else 1.0
