"""The verdict: probabilities that the camera shows each item, from scores and a second look.

How likely it is that any item is shown depends on the best score, on its lead over the next ones, on the
inliers of the best and of the best other item, and on whether there are but few items: then most of what a
camera sees is none of them. How that divides among the items depends on their scores. The numbers are learned
by `models.training.verdict` on photographs and drawn frames, and are those of every catalogue: what is
special about one is taken off before, with its mean and its hubs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.core.evidence import Detail, Evidence
from services.core.records import Judgement, Neighbour, Verdict
from services.core.scenes import NO_MATCH_BELOW
from services.core.search.second_look import WEIGHT, beyond_chance

# Number of nearest items that have a chance.
CANDIDATES = 20
# Number of runners-up whose mean score says how alike the neighbourhood is.
_AROUND = 5
# Least score of a runner-up, also of one that is lacking: where nothing else is like a stranger, the item
# that is a little like it would be far ahead.
LEAST_LIKE = 0.07
# Probability of the best item from which the verdict is `match`; below it is `unsure`, or `no_match`.
MATCH_FROM = 0.6


@dataclass(frozen=True, slots=True)
class Numbers:
    """The learned numbers: log odds that any of the items is shown, and the nats of a difference in score."""

    always: float
    top: float
    lead: float
    inliers: float = 0.0
    other_inliers: float = 0.0

    def log_odds(self, *, top: float, lead: float, inliers: float = 0.0, other_inliers: float = 0.0) -> float:
        """The log odds; inliers as log(1 + inliers beyond chance)."""
        odds = self.always + self.top * top + self.lead * lead
        return odds + self.inliers * inliers + self.other_inliers * other_inliers


# Learned by `python -m models.training.verdict` (docs/decisions/verdict-from-scores.md has figures on unseen
# sets): without and with a second look, and the nats by which a score decides among items.
BY_VECTORS = Numbers(always=-0.615, top=5.715, lead=3.658)
BY_DETAIL = Numbers(always=-1.064, top=0.0, lead=10.25, inliers=1.496, other_inliers=-1.2)
SHARPNESS = 25.0
# Log odds of a single item; the effect falls to 0 with CANDIDATES others.
FEW = -1.272


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns scores into evidence; `leaning` is the effect of feedback by item, in nats."""

    leaning: Mapping[str, float] = field(default_factory=dict)

    def evidence(self, neighbours: Sequence[Neighbour], first: Mapping[str, str] | None = None) -> Evidence:
        """The evidence of one frame's nearest items, best first, for each of them and for none.

        `first` is that of `first_equals`: equals count as one.
        """
        near = neighbours[:CANDIDATES]
        scores = {each.item_id: each.score for each in near}
        items = {item_id: SHARPNESS * score for item_id, score in scores.items()}
        none = _none(scores, {}, BY_VECTORS, first or {})
        detail = None
        if any(each.inliers is not None for each in near):
            detail = _detail(near, scores, first or {}, none=none)
        for item_id in items.keys() & self.leaning.keys() if self.leaning else ():
            items[item_id] += self.leaning[item_id]
        return Evidence(items, none, detail)


def _detail(
    near: Sequence[Neighbour], scores: Mapping[str, float], first: Mapping[str, str], *, none: float
) -> Detail | None:
    """What a second look adds; None where it did not look at what is to be judged."""
    found = {each.item_id: gain for each in near if (gain := beyond_chance(each.inliers))}
    best = max(near, key=lambda each: each.score + WEIGHT * found.get(each.item_id, 0.0))
    if best.inliers is None:
        return None
    more = {item_id: SHARPNESS * WEIGHT * gain for item_id, gain in found.items()}
    return Detail(more, _none(scores, found, BY_DETAIL, first) - none)


def _none(
    scores: Mapping[str, float], found: Mapping[str, float], numbers: Numbers, first: Mapping[str, str]
) -> float:
    """The nats of "none of them" beside SHARPNESS x score for the items, whose inliers `found` counts."""
    if not scores:
        return 0.0
    merits = (
        {item_id: score + WEIGHT * found.get(item_id, 0.0) for item_id, score in scores.items()}
        if found
        else scores
    )
    groups = _groups(merits, first)
    best = max(groups, key=groups.__getitem__)
    of_scores, of_inliers = dict(_groups(scores, first)), dict(_groups(found, first))
    top, best_inliers = of_scores.pop(best), of_inliers.pop(best, 0.0)
    log_odds = numbers.log_odds(
        top=top,
        lead=top - _around(list(of_scores.values())),
        inliers=best_inliers,
        other_inliers=max(of_inliers.values(), default=0.0),
    )
    log_odds += FEW * max(0.0, 1 - len(of_scores) / CANDIDATES)
    return _log_sum([SHARPNESS * merit for merit in groups.values()]) - log_odds


def _around(others: Sequence[float]) -> float:
    """The mean of the highest scores of the others, each of which counts LEAST_LIKE at least."""
    highest = sorted([*others, *[LEAST_LIKE] * _AROUND], reverse=True)[:_AROUND]
    return sum(highest) / _AROUND


def _log_sum(nats: Sequence[float]) -> float:
    highest = max(nats)
    return highest + math.log(sum([math.exp(each - highest) for each in nats]))


def judge(
    evidence: Evidence,
    first: Mapping[str, str] | None = None,
    *,
    no_match_below: float = NO_MATCH_BELOW,
) -> Judgement:
    """Probabilities of the items, which with that of "none of them" add up to 1, and the verdict.

    `first` is that of `first_equals`: equals are judged as one item, and each has its probability.
    """
    evidence = evidence.whole
    groups = _groups(evidence.items, first or {})
    nats = [*groups.values(), evidence.none]
    highest = max(nats)
    weights = [math.exp(each - highest) for each in nats]
    total = sum(weights)
    likely = {item_id: weight / total for item_id, weight in zip(groups, weights, strict=False)}
    best = max(likely.values(), default=0.0)
    probabilities, equals = likely, dict[str, float]()
    if first:
        probabilities = {item_id: likely[first.get(item_id, item_id)] for item_id in evidence.items}
        equals = _equals_of_best(evidence, likely, first)
    if best >= MATCH_FROM:
        return Judgement(Verdict.MATCH, probabilities, equals)
    if best < no_match_below:
        return Judgement(Verdict.NO_MATCH, probabilities)
    return Judgement(Verdict.UNSURE, probabilities, equals)


def _groups(values: Mapping[str, float], first: Mapping[str, str]) -> Mapping[str, float]:
    """The value of each group of equals, that of its best, by the id of its first."""
    if not first:
        return values
    groups: dict[str, float] = {}
    for item_id, value in values.items():
        group = first.get(item_id, item_id)
        groups[group] = max(groups.get(group, -math.inf), value)
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
