"""Learns the verdict's numbers from answered frames: `python -m models.training.verdict DUMP.npz …`.

DUMPs are those of `python -m bench.accuracy --dump`. The numbers of services/core/search/verdict.py come out,
and the figures of two halves of the things, each judged by numbers that were learned on the other.
What a small catalogue needs (FEW there) these sets can't tell, which are all large; docs/decisions does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# As in the verdict: the effect of log(1 + inliers beyond chance) on an item's score, the runners-up, and the
# least score of each.
_PER_INLIERS, _BY_CHANCE, _AROUND, _LEAST_LIKE = 0.08, 5, 5, 0.07
MATCH_FROM, NO_MATCH_BELOW = 0.6, 0.06
# Prior probability of a stranger; and weights of sets that count more than others, being real and large.
_STRANGERS, _HEAVY = 0.3, {"shop": 3.0}
# The loss is that of "the best is right", and to this part that of the true item among all.
_OF_ALL = 0.2
_RIDGE = np.array([0, 2e-4, 2e-4, 0, 2e-4, 2e-4, 0.02, 0.02, 0])
_START = np.array([-1, 2, 8, -2, 2, 8, 1.5, -0.4, np.log(25)])
_STEPS, _EPSILON = 80, 1e-5


@dataclass(frozen=True, slots=True)
class Frames:
    """Answered frames: scores float64 [n, items], what inliers add [n, items], the true column or -1."""

    scores: Floats
    found: Floats
    truth: NDArray[np.int64]
    known: NDArray[np.bool_]
    weight: Floats

    def where(self, rows: NDArray[np.bool_]) -> Frames:
        """Some of them."""
        return Frames(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def best(self, *, detailed: bool) -> NDArray[np.int64]:
        """The column of the best item."""
        return np.asarray((self.scores + _PER_INLIERS * self.found * detailed).argmax(1))

    def seen(self, *, detailed: bool) -> Floats:
        """What the log odds are made of: 1, best score, lead, inliers of the best and of the best other."""
        rows, best = np.arange(len(self.scores)), self.best(detailed=detailed)
        others, further = self.scores.copy(), self.found.copy()
        others[rows, best] = further[rows, best] = -np.inf
        around = np.maximum(-np.sort(-others, axis=1)[:, :_AROUND], _LEAST_LIKE).mean(1)
        top = self.scores[rows, best]
        inliers = [self.found[rows, best], np.maximum(further.max(1), 0)] if detailed else []
        return np.stack([np.ones(len(rows)), top, top - around, *inliers], 1)


def read(path: Path) -> tuple[Frames, NDArray[np.int8], NDArray[np.str_]]:
    """The frames of a dump, their halves, and their sets."""
    with np.load(path) as dump:
        hits = dump["ids"] == dump["truth"][:, None]
        known, sets = dump["truth"] != "", dump["set"]
        scores = np.where(np.isnan(dump["scores"]), -1.0, dump["scores"])
        found = np.log1p(np.maximum(dump["inliers"] - _BY_CHANCE, 0.0))
        truth = np.where(known & hits.any(1), hits.argmax(1), -1)
        weight = np.zeros(len(known))
        for name in set(sets):
            for group, share in ((known, 1 - _STRANGERS), (~known, _STRANGERS)):
                rows = (sets == name) & group
                weight[rows] = share * _HEAVY.get(name, 1.0) / max(1, rows.sum())
        return Frames(scores, found, truth, known, weight), dump["fold"], sets


def log_chances(numbers: Floats, frames: Frames, *, detailed: bool) -> tuple[Floats, Floats]:
    """The logarithms of the items' shares [n, items], and the log odds [n] that any is shown."""
    nats = np.exp(numbers[8]) * (frames.scores + _PER_INLIERS * frames.found * detailed)
    nats -= nats.max(1, keepdims=True)
    shares = nats - np.log(np.exp(nats).sum(1, keepdims=True))
    return shares, frames.seen(detailed=detailed) @ (numbers[3:8] if detailed else numbers[:3])


def loss(numbers: Floats, frames: Frames) -> float:
    """The penalised negative log likelihood, with and without the second look."""
    total, rows = 0.0, np.arange(len(frames.truth))
    for detailed in (False, True):
        shares, log_odds = log_chances(numbers, frames, detailed=detailed)
        of_any, of_none = -np.logaddexp(0, -log_odds), -np.logaddexp(0, log_odds)
        best = shares.argmax(1)
        chance = np.minimum(of_any + shares[rows, best], -1e-9)
        of_best = np.where((best == frames.truth) & frames.known, chance, np.log(-np.expm1(chance)))
        listed = of_any + shares[rows, np.maximum(frames.truth, 0)]
        of_all = np.where(frames.known, np.where(frames.truth >= 0, listed, 0), of_none)
        total -= float(frames.weight @ (_OF_ALL * of_all + (1 - _OF_ALL) * of_best))
    return total + float(_RIDGE @ numbers**2) / 2


def learn(frames: Frames) -> Floats:
    """The numbers of least loss, by the method of Broyden, Fletcher, Goldfarb and Shanno."""
    return _least(lambda numbers: loss(numbers, frames), _START)


def _least(height: Callable[[Floats], float], start: Floats) -> Floats:
    def slope(at: Floats) -> Floats:
        steps = np.eye(len(at)) * _EPSILON
        return np.array([(height(at + s) - height(at - s)) / (2 * _EPSILON) for s in steps])

    at, here, down = start, height(start), slope(start)
    inverse = np.eye(len(at)) * 0.05
    for _ in range(_STEPS):
        way, pace = -inverse @ down, 1.0
        while height(at + pace * way) > here + 1e-4 * pace * (down @ way) and pace > _EPSILON:
            pace /= 2
        step, before = pace * way, here
        at, here, after = at + step, height(at + step), slope(at + step)
        turn, down = after - down, after
        if (bend := float(step @ turn)) > 0:
            keep = np.eye(len(at)) - np.outer(step, turn) / bend
            inverse = keep @ inverse @ keep.T + np.outer(step, step) / bend
        if before - here < 1e-7:
            break
    return at


def figures(chance: Floats, right: NDArray[np.bool_], known: NDArray[np.bool_]) -> str:
    """The shares of verdicts, and the expected calibration error, in words."""
    match, missed = chance >= MATCH_FROM, chance < NO_MATCH_BELOW
    tenth = np.minimum((chance * 10).astype(int), 9)
    bins = (tenth == number for number in range(10))
    error = sum(abs(chance[b].sum() - right[b].sum()) for b in bins) / len(chance)
    return (
        f"known match {_share(match[known])} (right {_share(right[match])}) "
        f"no_match {_share(missed[known])}, strangers match {_share(match[~known])} "
        f"no_match {_share(missed[~known])}, error {error:.3f}"
    )


def _share(flags: NDArray[np.bool_]) -> str:
    return f"{flags.mean():.3f}" if len(flags) else "-"


def main(paths: Iterable[Path]) -> None:
    """Print the numbers, and the figures on unseen halves by set."""
    read_all = [read(path) for path in paths]
    frames = Frames(
        *(np.concatenate([getattr(f, name) for f, _, _ in read_all]) for name in Frames.__dataclass_fields__)
    )
    fold, sets = (np.concatenate([each[place] for each in read_all]) for place in (1, 2))
    numbers = {part: learn(frames.where(fold != part)) for part in (0, 1)}
    for detailed in (True, False):
        chance, right = np.zeros(len(fold)), np.zeros(len(fold), bool)
        for part, learned in numbers.items():
            own = frames.where(fold == part)
            shares, log_odds = log_chances(learned, own, detailed=detailed)
            chance[fold == part] = np.exp(shares.max(1)) / (1 + np.exp(-log_odds))
            right[fold == part] = (shares.argmax(1) == own.truth) & own.known
        print("with a second look:" if detailed else "by vectors alone:")
        for name in (*sorted(set(sets.tolist())), "all"):
            rows = (sets == name) | (name == "all")
            print(f"  {name}: {figures(chance[rows], right[rows], frames.known[rows])}")
    final = learn(frames)
    print("BY_VECTORS", final[:3].round(3), "BY_DETAIL", final[3:8].round(3), "SHARPNESS", np.exp(final[8]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dumps", type=Path, nargs="+", metavar="DUMP.npz")
    main(parser.parse_args().dumps)
