"""Verdicts from the catalogue itself: how near do things come that are not in it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.core.domain import Neighbour, Verdict
from services.core.ports import KnnIndex
from services.core.wire import Vectors

# The nearest distance is held against the mean of the next few, because a camera's blur and light move a
# picture away from the whole catalogue at once: the plain distance shifts by that, the ratio hardly.
OTHERS = 5
# Shares of leave-one-out strangers that stand out at least as much: error rates, not distances.
MATCH_BELOW = 0.3
NO_MATCH_ABOVE = 0.7
# With fewer items there is no telling what a stranger looks like, so everything is `unsure`.
MIN_ITEMS = OTHERS + 3
# Enough for quantiles of the rates above to within 2 %.
SAMPLE = 1000


@dataclass(frozen=True, slots=True)
class Calibration:
    """How much strangers stand out: sorted float64 [items], empty when there are too few items."""

    strangers: NDArray[np.float64]

    @classmethod
    def none(cls) -> Calibration:
        """Nothing is known of strangers yet."""
        return cls(np.empty(0))

    @classmethod
    def leave_one_out(cls, index: KnnIndex, sample: Mapping[str, Vectors]) -> Calibration:
        """Ask for each sampled item ([views, dim] by id) what is nearest once it is not in the catalogue."""
        if len(index) < MIN_ITEMS or not sample:
            return cls.none()
        queries = np.stack([vectors[0] for vectors in sample.values()])
        found = index.search(queries, k=OTHERS + 2)
        ratios = (
            standing_out([neighbour for neighbour in neighbours if neighbour.item_id != item_id])
            for item_id, neighbours in zip(sample, found, strict=True)
        )
        return cls(np.sort(np.fromiter(_known(ratios), np.float64)))

    def verdict(self, neighbours: Sequence[Neighbour]) -> Verdict:
        """Decide from the nearest items, nearest first; it takes OTHERS + 1 of them."""
        if not neighbours:
            return Verdict.NO_MATCH
        ratio = standing_out(neighbours)
        if ratio is None or not len(self.strangers):
            return Verdict.UNSURE
        # The share of strangers that look at least as much like a match: a conformal p-value
        # (Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2005).
        share = np.searchsorted(self.strangers, ratio, side="right") / len(self.strangers)
        if share <= MATCH_BELOW:
            return Verdict.MATCH
        return Verdict.NO_MATCH if share > NO_MATCH_ABOVE else Verdict.UNSURE


def standing_out(neighbours: Sequence[Neighbour]) -> float | None:
    """The nearest distance over the mean of the next OTHERS: 1 is no nearer than the rest, 0 is identical."""
    if len(neighbours) <= OTHERS:
        return None
    rest = sum(neighbour.distance for neighbour in neighbours[1 : OTHERS + 1]) / OTHERS
    return neighbours[0].distance / rest if rest else 1.0


def _known(values: Iterable[float | None]) -> Iterable[float]:
    return (value for value in values if value is not None)
