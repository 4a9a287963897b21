"""The verdict: probabilities that the camera shows each item, calibrated on the catalogue itself.

A frame's evidence is a softmax's: each item has `sharpness` times its cosine, and "none of them" has
`sharpness` times a level that rises with the general likeness of the neighbourhood. The three numbers start
from values learned on the project's own pictures, and are fitted to the catalogue by its probes:
made-up camera frames of its items, each searched once as it is, and once as if its item were not there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.calibration_fit import CalibrationFit
from services.core.evidence import Evidence
from services.core.ports import KnnSearch
from services.core.records import Judgement, Neighbour, Verdict
from services.core.search.equals import apart, first_equals

# Number of nearest items in the softmax; items further off have no chance.
CANDIDATES = 20
# Number of runners-up whose mean cosine says how alike the neighbourhood is.
_AROUND = 5
# Probability thresholds for the best item; between them the verdict is `unsure`.
MATCH_FROM = 0.55
NO_MATCH_BELOW = 0.12

Floats = NDArray[np.float64]
# Number of probes in one search, at most twice that: live searches share the cores, and wait less the fewer
# it has; FAISS is several times slower with fewer than these.
_BATCH = 256
# log(sharpness), level, slope: the maximum likelihood on the held-out pictures of models/training, and how
# far other catalogues' values may lie from it (standard deviations of a normal prior).
_PRIOR = np.array([math.log(31.0), 0.18, 0.73])
_SPREAD = np.array([0.3, 0.1, 0.3])
# Prior probability that the camera shows a stranger.
_STRANGERS = 0.3
_NEWTON_STEPS, _HALVINGS = 20, 20


@dataclass(frozen=True, slots=True)
class Calibration:
    """Numbers that turn cosines into probabilities; `leaning` is the effect of feedback by item, in nats."""

    sharpness: float = math.exp(_PRIOR[0])
    level: float = float(_PRIOR[1])
    slope: float = float(_PRIOR[2])
    leaning: Mapping[str, float] = field(default_factory=dict)

    def evidence(self, neighbours: Sequence[Neighbour], first: Mapping[str, str] | None = None) -> Evidence:
        """The evidence of one frame's nearest items, nearest first, for each of them and for none.

        `first` is that of `first_equals`: equals count as one in the neighbourhood.
        """
        cosines = _cosines(neighbours)
        items = {
            neighbour.item_id: self.sharpness * cosine + self.leaning.get(neighbour.item_id, 0.0)
            for neighbour, cosine in zip(neighbours[:CANDIDATES], cosines, strict=True)
        }
        around = _around(_cosines(apart(neighbours, first)) if first else cosines)
        return Evidence(items, self.sharpness * (self.level + self.slope * around))

    @classmethod
    def of(cls, fit: CalibrationFit, *, leaning: Mapping[str, float]) -> Calibration:
        """The calibration of an earlier fit."""
        return cls(fit.sharpness, fit.level, fit.slope, leaning)

    @classmethod
    def fitted(
        cls, index: KnnSearch, probes: Mapping[str, Vectors], *, leaning: Mapping[str, float]
    ) -> Calibration:
        """A fit to the probes of some items, float32 [probes, dim] by id; without any, the learned values."""
        ids = [item_id for item_id, vectors in probes.items() for _ in vectors]
        if not ids:
            return cls(leaning=leaning)
        found = _nearest(index, np.concatenate([v for v in probes.values() if len(v)]))
        firsts = [first_equals(neighbours) for neighbours in found]
        # Of equals one stands for all, in whichever of their pictures a probe was made.
        found = [apart(neighbours, first) for neighbours, first in zip(found, firsts, strict=True)]
        ids = [first.get(item_id, item_id) for item_id, first in zip(ids, firsts, strict=True)]
        absent = [
            [neighbour for neighbour in neighbours if neighbour.item_id != item_id]
            for neighbours, item_id in zip(found, ids, strict=True)
        ]
        log_sharpness, level, slope = _fit(_examples([*found, *absent], [*ids, *[None] * len(ids)]))
        return cls(math.exp(log_sharpness), float(level), float(slope), leaning)


def judge(evidence: Evidence, first: Mapping[str, str] | None = None) -> Judgement:
    """Probabilities of the items, which with that of "none of them" add up to 1, and the verdict.

    `first` is that of `first_equals`: equals are judged as one item, and each has its probability.
    """
    groups = _groups(evidence.items, first) if first else evidence.items
    nats = np.array([*groups.values(), evidence.none])
    shares = np.exp(nats - nats.max())
    shares /= shares.sum()
    likely = dict(zip(groups, shares[:-1].tolist(), strict=True))
    best = max(likely.values(), default=0.0)
    probabilities, equals = likely, dict[str, float]()
    if first:
        probabilities = {item_id: likely[first.get(item_id, item_id)] for item_id in evidence.items}
        equals = _equals_of_best(evidence, likely, first)
    if best >= MATCH_FROM:
        return Judgement(Verdict.MATCH, probabilities, equals)
    if best < NO_MATCH_BELOW:
        return Judgement(Verdict.NO_MATCH, probabilities)
    return Judgement(Verdict.UNSURE, probabilities, equals)


def _groups(items: Mapping[str, float], first: Mapping[str, str]) -> dict[str, float]:
    """The evidence of each group of equals, that of its best, by the id of its nearest."""
    groups: dict[str, float] = {}
    for item_id, nats in items.items():
        group = first.get(item_id, item_id)
        groups[group] = max(groups.get(group, -math.inf), nats)
    return groups


def _equals_of_best(
    evidence: Evidence, likely: Mapping[str, float], first: Mapping[str, str]
) -> dict[str, float]:
    """The evidence of the likeliest item and of its equals, none if it has none."""
    best = max(likely, key=likely.__getitem__)
    equals = {
        item_id: nats for item_id, nats in evidence.items.items() if first.get(item_id, item_id) == best
    }
    return equals if len(equals) > 1 else {}


def leaning(right: int, wrong: int) -> float:
    """The effect of feedback on an item, in nats: the logarithm of its odds, with one more of each."""
    return math.log((1 + right) / (1 + wrong))


def _nearest(index: KnnSearch, vectors: Vectors) -> list[list[Neighbour]]:
    """The neighbours of each probe."""
    found: list[list[Neighbour]] = []
    for batch in np.array_split(vectors, max(1, len(vectors) // _BATCH)):
        found += index.search(batch, k=CANDIDATES + 1)
    return found


def _cosines(neighbours: Sequence[Neighbour]) -> list[float]:
    return [1.0 - neighbour.distance**2 / 2 for neighbour in neighbours[:CANDIDATES]]


def _around(cosines: Sequence[float]) -> float:
    """The mean cosine of the runners-up; where a small catalogue has fewer, the missing count as 0."""
    return sum(cosines[1 : 1 + _AROUND]) / _AROUND


@dataclass(frozen=True, slots=True)
class _Examples:
    """Cosines float64 [n, CANDIDATES + 1], the last column being the level's place, and the true column."""

    cosines: Floats
    around: Floats
    truth: NDArray[np.int64]
    weight: Floats


def _examples(found: Sequence[Sequence[Neighbour]], truths: Sequence[str | None]) -> _Examples:
    """Examples from queries' neighbours and the item that each shows, None for a stranger."""
    cosines = np.full((len(found), CANDIDATES + 1), -1.0)
    truth = np.full(len(found), CANDIDATES)
    around, weight = np.zeros(len(found)), np.zeros(len(found))
    for row, (neighbours, true_id) in enumerate(zip(found, truths, strict=True)):
        near = _cosines(neighbours)
        cosines[row, : len(near)] = near
        around[row] = _around(near)
        ids = [neighbour.item_id for neighbour in neighbours[:CANDIDATES]]
        if true_id is None:
            weight[row] = _STRANGERS
        elif true_id in ids:  # a probe whose item is not even near teaches nothing
            truth[row], weight[row] = ids.index(true_id), 1 - _STRANGERS
    return _Examples(cosines, around, truth, weight)


def _loss(theta: Floats, seen: _Examples) -> tuple[float, Floats]:
    """The penalised negative log likelihood, and its gradient, float64 [3]."""
    sharpness = math.exp(theta[0])
    nats = sharpness * seen.cosines
    nats[:, -1] = sharpness * (theta[1] + theta[2] * seen.around)
    rows = np.arange(len(nats))
    highest = nats.max(axis=1, keepdims=True)
    shares = np.exp(nats - highest)
    totals = shares.sum(axis=1, keepdims=True)
    likelihoods = nats[rows, seen.truth] - (highest + np.log(totals))[:, 0]
    shares /= totals
    excess = (seen.truth == CANDIDATES) - shares[:, -1]
    slopes = np.stack(
        [
            nats[rows, seen.truth] - (shares * nats).sum(axis=1),
            sharpness * excess,
            sharpness * seen.around * excess,
        ]
    )
    off = (theta - _PRIOR) / _SPREAD
    loss = float((off**2).sum() / 2 - likelihoods @ seen.weight)
    return loss, np.asarray(off / _SPREAD - slopes @ seen.weight)


def _fit(seen: _Examples) -> Floats:
    """The maximum a posteriori by Newton's method: log(sharpness), level, slope."""
    theta = _PRIOR.copy()
    steps = np.diag([1e-4] * 3)
    loss, gradient = _loss(theta, seen)
    for _ in range(_NEWTON_STEPS):
        hessian = np.stack([(_loss(theta + step, seen)[1] - gradient) / 1e-4 for step in steps])
        # Far off, curvatures may be negative: with their absolute values the step still leads down.
        curvatures, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        move = axes @ (axes.T @ gradient / np.maximum(np.abs(curvatures), 1e-3))
        # Newton's full step may go up; it is halved until it does not.
        for _ in range(_HALVINGS):
            better, slope = _loss(theta - move, seen)
            if better < loss:
                break
            move = move / 2
        else:
            break
        theta, loss, gradient = theta - move, better, slope
    return theta
