"""The calibration fits itself to generated catalogues of all kinds."""

import math

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.core.records import Judgement, Verdict
from services.core.search.verdict import CANDIDATES, Calibration, judge
from tests.fakes import FakeIndex, filled, vectors

DIM = 64
# Distances between items, and between an item and a camera's pictures of it.
KINDS = [(3.0, 1.0), (1.0, 0.3), (1.0, 0.7), (1.0, 1.0), (0.3, 0.2)]


def around(views: Vectors, *, noise: float, seed: int) -> Vectors:
    return unit(views + noise * vectors(len(views), dim=DIM, seed=seed))


class MadeCatalogue:
    """Items around one common direction, the tighter the smaller `spread`; probes, queries and strangers."""

    def __init__(self, *, spread: float, noise: float, items: int = 60, probes: int = 3) -> None:
        middle = np.repeat(vectors(dim=DIM, seed=1), 2 * items, axis=0)
        both = around(middle, noise=spread, seed=2)
        own, strangers = both[:items], both[items:]
        self.index = FakeIndex(dim=DIM)
        filled(self.index, {f"item-{number}": row[None] for number, row in enumerate(own)})
        self.probes = {
            f"item-{number}": around(np.repeat(row[None], probes, axis=0), noise=noise, seed=100 + number)
            for number, row in enumerate(own)
        }
        self.shown = around(own, noise=noise, seed=3)
        self.strangers = around(strangers, noise=noise, seed=4)

    def fitted(self) -> Calibration:
        return Calibration.fitted(self.index, self.probes, leaning={})

    def judged(self, calibration: Calibration, queries: Vectors) -> list[Judgement]:
        found = self.index.search(queries, k=CANDIDATES + 2)
        return [judge(calibration.evidence(neighbours)) for neighbours in found]

    def scores(self, calibration: Calibration) -> tuple[list[float], list[float]]:
        """Probabilities of the true item if one is shown, and of the best item if a stranger is."""
        shown = self.judged(calibration, self.shown)
        items = [each.probabilities.get(f"item-{number}", 0.0) for number, each in enumerate(shown)]
        strangers = self.judged(calibration, self.strangers)
        return items, [max(each.probabilities.values()) for each in strangers]

    def likelihood(self, calibration: Calibration) -> float:
        """The mean log likelihood of the true answers, for pictures that are no probes."""
        items = [math.log(max(score, 1e-12)) for score in self.scores(calibration)[0]]
        found = self.judged(calibration, self.strangers)
        strangers = [math.log(max(1 - sum(each.probabilities.values()), 1e-12)) for each in found]
        return 0.7 * sum(items) / len(items) + 0.3 * sum(strangers) / len(strangers)


@pytest.mark.parametrize(("spread", "noise"), KINDS)
def test_a_fit_makes_what_was_really_shown_likelier(spread: float, noise: float) -> None:
    made = MadeCatalogue(spread=spread, noise=noise)
    before, after = made.likelihood(Calibration()), made.likelihood(made.fitted())
    assert after > 0.5 * before > before  # the logarithm of a likelihood is below 0


@pytest.mark.parametrize(("spread", "noise"), KINDS)
def test_strangers_come_below_items(spread: float, noise: float) -> None:
    made = MadeCatalogue(spread=spread, noise=noise)
    items, strangers = made.scores(made.fitted())
    assert np.quantile(strangers, 0.9) < np.quantile(items, 0.1)
    assert float(np.mean(items)) > 0.8
    assert float(np.mean(strangers)) < 0.2


@pytest.mark.parametrize(("spread", "noise"), KINDS)
def test_items_match_and_strangers_seldom_do(spread: float, noise: float) -> None:
    made = MadeCatalogue(spread=spread, noise=noise)
    calibration = made.fitted()
    shown = [each.verdict for each in made.judged(calibration, made.shown)]
    strangers = [each.verdict for each in made.judged(calibration, made.strangers)]
    assert shown.count(Verdict.MATCH) > 0.9 * len(shown)
    assert strangers.count(Verdict.MATCH) < 0.1 * len(strangers)
    assert strangers.count(Verdict.NO_MATCH) > 0.6 * len(strangers)


def test_the_probabilities_mean_what_they_say() -> None:
    made = MadeCatalogue(spread=1.0, noise=1.6, items=120)
    calibration = made.fitted()
    shown = made.judged(calibration, made.shown)
    best = [max(each.probabilities, key=lambda item_id: each.probabilities[item_id]) for each in shown]
    scores = np.array([each.probabilities[item_id] for each, item_id in zip(shown, best, strict=True)])
    right = np.array([item_id == f"item-{number}" for number, item_id in enumerate(best)])
    assert 0.2 < right.mean() < 0.95  # hard enough that certainty would be wrong
    # Strangers, which the fit assumes to be three in ten, are not among these.
    assert scores.mean() == pytest.approx(right.mean(), abs=0.15)
    assert scores[right].mean() > scores[~right].mean()


def largest_match(made: MadeCatalogue) -> float:
    """The largest distance from item 0, on the line to a stranger, that still is a match."""
    calibration, largest = made.fitted(), 0.0
    item = made.probes["item-0"][:1]
    for share in np.linspace(0, 1, 101, dtype=np.float32):
        query = unit((1 - share) * item + share * made.strangers[:1])
        if made.judged(calibration, query)[0].verdict is not Verdict.MATCH:
            break
        largest = made.index.search(query, k=1)[0][0].distance
    return largest


def test_a_tighter_catalogue_gives_a_tighter_threshold() -> None:
    wide, tight = (largest_match(MadeCatalogue(spread=spread, noise=0.2 * spread)) for spread in (1.0, 0.3))
    assert 0 < tight < 0.7 * wide


@pytest.mark.parametrize("items", [1, 2])
def test_a_catalogue_of_one_or_two_items_works(items: int) -> None:
    made = MadeCatalogue(spread=3.0, noise=0.5, items=items)
    shown = made.judged(made.fitted(), made.shown)
    assert [each.verdict for each in shown] == [Verdict.MATCH] * items
    far = made.judged(made.fitted(), -made.shown)
    assert {each.verdict for each in far} == {Verdict.NO_MATCH}


def test_a_single_item_is_judged_as_was_learned_beforehand() -> None:
    fitted = MadeCatalogue(spread=1.0, noise=0.5, items=1).fitted()
    plain = Calibration()
    assert (fitted.level, fitted.slope) == pytest.approx((plain.level, plain.slope), rel=0.1)


def test_without_probes_it_is_what_was_learned_beforehand_with_the_leaning() -> None:
    made = MadeCatalogue(spread=1.0, noise=0.5, items=5)
    none = {item_id: np.empty((0, DIM), np.float32) for item_id in made.probes}
    never = {item_id: np.empty((0, 0), np.float32) for item_id in made.probes}
    for probes in ({}, none, never):
        assert Calibration.fitted(made.index, probes, leaning={"x": 1.0}) == Calibration(leaning={"x": 1.0})


def test_items_without_probes_beside_those_with_some_do_no_harm() -> None:
    made = MadeCatalogue(spread=1.0, noise=0.5)
    some = {
        item_id: rows if number % 2 else np.empty((0, 0), np.float32)
        for number, (item_id, rows) in enumerate(made.probes.items())
    }
    half = Calibration.fitted(made.index, some, leaning={})
    assert made.likelihood(half) > made.likelihood(Calibration())


def test_a_few_probes_move_it_less_than_many() -> None:
    made = MadeCatalogue(spread=0.3, noise=0.2)
    few = Calibration.fitted(made.index, {"item-0": made.probes["item-0"][:1]}, leaning={})
    learned, many = Calibration(), made.fitted()

    def moved(to: Calibration) -> float:
        return abs(math.log(to.sharpness / learned.sharpness)) / 0.3 + abs(to.level - learned.level) / 0.1

    assert 0 < moved(few) < moved(many) / 2


def test_probes_of_items_that_are_no_neighbours_of_theirs_do_not_break_the_fit() -> None:
    made = MadeCatalogue(spread=1.0, noise=0.5)
    wrong = {item_id: -rows for item_id, rows in made.probes.items()}
    calibration = Calibration.fitted(made.index, wrong, leaning={})
    assert all(
        math.isfinite(value) for value in (calibration.sharpness, calibration.level, calibration.slope)
    )
    assert 1 < calibration.sharpness < 1000


def test_a_fit_is_the_same_each_time() -> None:
    made = MadeCatalogue(spread=1.0, noise=0.5)
    assert made.fitted() == made.fitted()
