"""Answers to labelled frames, and what is counted in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.sets.folder import Sides
from services.core.records import MatchRecord, Verdict

BINS = 10
# Below this overlap the finder is said to have missed.
MISSED = 0.4


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The answer to one showing of the set `of`; `id` is the truth, empty for a stranger.

    `found` are the matches' ids, the likeliest first, and `score` is the first one's. `nearest` are the items
    by the search's score, with what the verdict is made from: id, score, inliers of a second look or -1.
    """

    of: str
    frame: str
    group: str
    half: int
    id: str
    found: list[str]
    verdict: Verdict
    score: float
    overlap: float | None = None
    nearest: list[tuple[str, float, int]] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether the first match is the item that was shown."""
        return bool(self.id) and self.found[:1] == [self.id]


@dataclass(frozen=True, slots=True)
class Counts:
    """Shares over some answers; NaN where there is none of that kind."""

    known: int
    first: float
    five: float
    known_told: dict[Verdict, float]
    strangers: int
    strangers_told: dict[Verdict, float]

    @classmethod
    def of(cls, answers: Iterable[ShownAnswer]) -> Counts:
        """Count these answers."""
        all_ = list(answers)
        known, strangers = [a for a in all_ if a.id], [a for a in all_ if not a.id]
        first, five = (share(a.id in a.found[:n] for a in known) for n in (1, 5))
        return cls(len(known), first, five, _told(known), len(strangers), _told(strangers))


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers with a score in one tenth: their number, mean score, and the share of right ones."""

    low: float
    count: int
    score: float
    right: float


def reliability(answers: Sequence[ShownAnswer]) -> list[Bin]:
    """The reliability curve, without empty bins: a stranger's answer is never right."""
    bins = []
    for place in range(BINS):
        inside = [a for a in answers if min(BINS - 1, int(a.score * BINS)) == place]
        if inside:
            score, right = float(np.mean([a.score for a in inside])), share(a.right for a in inside)
            bins.append(Bin(place / BINS, len(inside), score, right))
    return bins


def calibration_error(bins: Sequence[Bin]) -> float:
    """The expected calibration error, the mean distance of score and share over all answers."""
    total = sum(each.count for each in bins)
    return sum(abs(each.score - each.right) * each.count for each in bins) / max(1, total)


def overlap(box: Sequence[float], sides: Sides) -> float:
    """Intersection over union of a box (x, y, w, h) and the true sides (left, top, right, bottom)."""
    left, top, right, bottom = box[0], box[1], box[0] + box[2], box[1] + box[3]
    width = max(0.0, min(right, sides[2]) - max(left, sides[0]))
    height = max(0.0, min(bottom, sides[3]) - max(top, sides[1]))
    shared = width * height
    both = box[2] * box[3] + (sides[2] - sides[0]) * (sides[3] - sides[1]) - shared
    return shared / both if both else 0.0


def nearest_of(record: MatchRecord) -> list[tuple[str, float, int]]:
    """The record's items by the order of the search."""
    neighbours = sorted((match.neighbour for match in record.matches), key=lambda n: n.score, reverse=True)
    return [(n.item_id, n.score, -1 if n.inliers is None else n.inliers) for n in neighbours]


def by_second(answers: Sequence[ShownAnswer], *, a_second: int) -> list[ShownAnswer]:
    """For each second of a film one answer: its most frequent first match, and its most frequent verdict."""
    told = []
    for start in range(0, len(answers), a_second):
        second = answers[start : start + a_second]
        first = Counter(tuple(answer.found[:1]) for answer in second).most_common(1)[0][0]
        verdict = Counter(answer.verdict for answer in second).most_common(1)[0][0]
        told.append(replace(second[a_second // 2], found=list(first), verdict=verdict))
    return told


def share_naming(answers: Iterable[ShownAnswer], taught: set[str], *, told: set[Verdict]) -> float:
    """Of the frames that show none of the taught things, the share whose first match is one, by verdict."""
    others = [a for a in answers if a.id not in taught]
    return share(bool(a.found) and a.found[0] in taught and a.verdict in told for a in others)


def _told(answers: Sequence[ShownAnswer]) -> dict[Verdict, float]:
    return {verdict: share(a.verdict is verdict for a in answers) for verdict in Verdict}


def share(values: Iterable[bool]) -> float:
    """The share of true ones, NaN of none."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")
