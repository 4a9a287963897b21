"""From the nearest items to probabilities and a verdict."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from services.core.evidence import Evidence
from services.core.records import Neighbour, Verdict
from services.core.search.verdict import CANDIDATES, MATCH_FROM, NO_MATCH_BELOW, Calibration, judge, leaning


def neighbours(*cosines: float) -> list[Neighbour]:
    return [Neighbour(f"item-{n}", math.sqrt(2 - 2 * cosine)) for n, cosine in enumerate(cosines)]


def chances(cosines: Sequence[float], calibration: Calibration | None = None) -> list[float]:
    """The probabilities of items with these cosines, in their order."""
    found = judge((calibration or Calibration()).evidence(neighbours(*cosines))).probabilities
    assert list(found) == [f"item-{n}" for n in range(len(cosines))]
    return list(found.values())


def of_none(evidence: Evidence) -> float:
    """The probability of "none of them", computed independently."""
    weights = [math.exp(nats - evidence.none) for nats in evidence.items.values()]
    return 1 / (1 + sum(weights))


@pytest.mark.parametrize("count", [1, 2, 5, CANDIDATES])
@pytest.mark.parametrize("nearest", [-1.0, 0.2, 0.5, 1.0])
def test_the_probabilities_and_that_of_none_add_up_to_1(count: int, nearest: float) -> None:
    evidence = Calibration().evidence(neighbours(*np.linspace(nearest, -1, count)))
    judgement = judge(evidence)
    assert sum(judgement.probabilities.values()) + of_none(evidence) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in judgement.probabilities.values())


def test_evidence_is_the_cosine_times_the_sharpness_and_the_level_rises_with_the_neighbourhood() -> None:
    calibration = Calibration(sharpness=10.0, level=0.2, slope=0.5, leaning={"item-1": 0.7})
    evidence = calibration.evidence(neighbours(0.9, 0.8, 0.6, 0.4, 0.2, 0.1, -0.9))
    expected = {f"item-{n}": 10 * c for n, c in enumerate((0.9, 0.8, 0.6, 0.4, 0.2, 0.1, -0.9))}
    assert evidence.items == pytest.approx(expected | {"item-1": 8.7})
    assert evidence.none == pytest.approx(10 * (0.2 + 0.5 * (0.8 + 0.6 + 0.4 + 0.2 + 0.1) / 5))


def test_a_small_catalogue_counts_as_if_the_missing_runners_up_were_unlike() -> None:
    calibration = Calibration(sharpness=10.0, level=0.2, slope=0.5)
    assert calibration.evidence(neighbours(0.9)).none == pytest.approx(2)
    assert calibration.evidence(neighbours(0.9, 0.5)).none == pytest.approx(2.5)
    padded = neighbours(0.9, 0.5, 0.0, 0.0, 0.0, 0.0)
    assert calibration.evidence(padded).none == pytest.approx(2.5)


def test_nearer_is_likelier() -> None:
    found = chances([0.6, 0.55, 0.5, 0.1])
    assert found == sorted(set(found), reverse=True)
    rising = [chances([nearest, 0.3, 0.2])[0] for nearest in np.linspace(0.3, 0.6, 9)]
    assert rising == sorted(set(rising))


def test_what_is_further_off_than_the_candidates_has_no_chance() -> None:
    evidence = Calibration().evidence(neighbours(*np.linspace(0.9, 0.1, CANDIDATES + 2)))
    assert list(evidence.items) == [f"item-{n}" for n in range(CANDIDATES)]


def test_twins_share_what_one_alone_would_have() -> None:
    alone = chances([0.9, 0.1])
    twins = chances([0.9, 0.9, 0.1])
    assert twins[0] == pytest.approx(twins[1])
    assert twins[0] == pytest.approx(alone[0] / 2, rel=0.01)
    assert judge(Calibration().evidence(neighbours(0.9, 0.9))).verdict is Verdict.UNSURE


def test_the_same_cosine_is_less_worth_where_all_around_is_alike() -> None:
    unlike, alike = chances([0.6] + [0.1] * 8), chances([0.6] + [0.58] * 8)
    assert unlike[0] > 0.9
    assert alike[0] < 0.3


def test_a_picture_kept_many_times_is_never_a_match() -> None:
    judgement = judge(Calibration().evidence(neighbours(*[1.0] * CANDIDATES)))
    assert judgement.verdict is Verdict.NO_MATCH
    assert len(set(judgement.probabilities.values())) == 1


def test_an_empty_catalogue_is_no_match() -> None:
    judgement = judge(Calibration().evidence([]))
    assert (judgement.verdict, judgement.probabilities) == (Verdict.NO_MATCH, {})


@pytest.mark.parametrize(
    ("best", "verdict"),
    [
        (MATCH_FROM + 1e-6, Verdict.MATCH),
        (MATCH_FROM - 1e-6, Verdict.UNSURE),
        (NO_MATCH_BELOW + 1e-6, Verdict.UNSURE),
        (NO_MATCH_BELOW - 1e-6, Verdict.NO_MATCH),
    ],
)
def test_the_best_items_probability_decides(best: float, verdict: Verdict) -> None:
    judgement = judge(Evidence({"mug": math.log(best)}, math.log(1 - best)))
    assert judgement.probabilities == pytest.approx({"mug": best})
    assert judgement.verdict is verdict


@pytest.mark.parametrize("nats", [1e4, -1e4])
def test_evidence_of_any_size_gives_finite_probabilities(nats: float) -> None:
    found = judge(Evidence({"mug": nats, "cup": 0.0}, 0.0)).probabilities
    assert found["mug"] == pytest.approx(1.0 if nats > 0 else 0.0)
    assert found["cup"] == pytest.approx(0.0 if nats > 0 else 0.5)


@pytest.mark.parametrize(
    ("right", "wrong", "odds"), [(0, 0, 1), (1, 0, 2), (0, 1, 0.5), (3, 3, 1), (7, 1, 4)]
)
def test_feedback_counts_as_odds_with_one_of_each_said_beforehand(
    right: int, wrong: int, odds: float
) -> None:
    assert leaning(right, wrong) == pytest.approx(math.log(odds))


def test_what_people_said_of_an_item_changes_its_odds_by_just_that_and_nobody_elses() -> None:
    cosines = [0.36, 0.35, 0.3, 0.1]
    plain = chances(cosines)
    said = chances(cosines, Calibration(leaning={"item-1": leaning(2, 0), "gone": leaning(9, 0)}))
    for other in (0, 2, 3):
        assert (said[1] / said[other]) / (plain[1] / plain[other]) == pytest.approx(3)
    assert said[0] / said[2] == pytest.approx(plain[0] / plain[2])
    assert said[1] > said[0]  # decides between two items at nearly the same distance
    assert sum(said) < 1
