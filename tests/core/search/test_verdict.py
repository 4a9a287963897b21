"""From scores and inliers to probabilities and a verdict."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from services.core.evidence import Evidence
from services.core.records import Neighbour, Verdict
from services.core.scenes import NO_MATCH_BELOW
from services.core.search import verdict as learned
from services.core.search.second_look import WEIGHT, beyond_chance
from services.core.search.verdict import CANDIDATES, LEAST_LIKE, MATCH_FROM, Calibration, judge, leaning

DRAWS = range(200)


def neighbours(*scores: float, inliers: Sequence[int | None] = ()) -> list[Neighbour]:
    """Items with these scores, and with the inliers of the first ones."""
    found = [*inliers, *[None] * len(scores)]
    return [
        Neighbour(f"item-{n}", math.sqrt(2 - 2 * score), score=score, inliers=found[n])
        for n, score in enumerate(scores)
    ]


def chances(near: Sequence[Neighbour], calibration: Calibration | None = None) -> list[float]:
    """The probabilities of items, in their order."""
    found = judge((calibration or Calibration()).evidence(near)).probabilities
    assert list(found) == [each.item_id for each in near]
    return list(found.values())


def of_any(
    *, top: float, lead: float, others: int, of_best: int | None = None, of_other: int | None = None
) -> float:
    """The probability that any item is shown, computed independently."""
    numbers = learned.BY_VECTORS if of_best is None else learned.BY_DETAIL
    logit = numbers.always + numbers.top * top + numbers.lead * lead
    logit += learned.FEW * (1 - others / CANDIDATES)
    for factor, inliers in ((numbers.inliers, of_best), (numbers.other_inliers, of_other)):
        logit += factor * math.log(1 + max((inliers or 0) - 5, 0))
    return 1 / (1 + math.exp(-logit))


def test_all_items_have_together_the_probability_that_any_is_shown() -> None:
    near = neighbours(0.6, 0.5, 0.4, 0.3, 0.2, 0.2, 0.0)
    lead = 0.6 - (0.5 + 0.4 + 0.3 + 0.2 + 0.2) / 5
    assert sum(chances(near)) == pytest.approx(of_any(top=0.6, lead=lead, others=6))


def test_with_a_second_look_the_inliers_of_the_best_and_of_the_best_other_item_count() -> None:
    near = neighbours(0.3, 0.28, *[0.2] * 4, inliers=[25, 9, 0, 7])
    lead = 0.3 - (0.28 + 4 * 0.2) / 5
    expected = of_any(top=0.3, lead=lead, others=5, of_best=25, of_other=9)
    assert sum(chances(near)) == pytest.approx(expected)


def test_the_best_is_the_one_that_scores_and_inliers_say_together() -> None:
    near = neighbours(0.3, 0.32, *[0.2] * 4, inliers=[25, 0])
    lead = 0.3 - (0.32 + 4 * 0.2) / 5
    expected = of_any(top=0.3, lead=lead, others=5, of_best=25, of_other=0)
    assert sum(chances(near)) == pytest.approx(expected)
    assert chances(near)[0] > chances(near)[1]


def test_a_second_look_that_finds_nothing_is_not_the_same_as_none() -> None:
    looked, unseen = neighbours(0.5, 0.2, inliers=[0, 0]), neighbours(0.5, 0.2)
    assert Calibration().evidence(unseen).detail is None
    assert Calibration().evidence(looked).detail is not None
    assert chances(looked)[0] < chances(unseen)[0]


def test_inliers_of_others_say_nothing_of_a_best_item_that_nobody_looked_at() -> None:
    assert Calibration().evidence(neighbours(0.5, 0.2, inliers=[None, 3])).detail is None


def test_the_others_are_never_less_like_than_a_small_catalogue_can_know() -> None:
    for near in (neighbours(0.5), neighbours(0.5, -0.3), neighbours(0.5, *[0.0] * 10)):
        expected = of_any(top=0.5, lead=0.5 - LEAST_LIKE, others=len(near) - 1)
        assert sum(chances(near)) == pytest.approx(expected)


def test_beside_few_items_most_of_what_is_seen_is_a_stranger() -> None:
    for score, inliers in ((0.2, ()), (0.2, (5,))):
        few = [neighbours(score, *[-0.1] * others, inliers=inliers) for others in range(CANDIDATES)]
        likely = [chances(near)[0] for near in few]
        assert likely == sorted(set(likely))  # no jump where there are enough
        assert likely[0] < 0.5 < likely[-1]


def test_the_only_item_is_a_match_where_it_is_shown() -> None:
    # 9 of 10 frames of the clip have that at least with one thing taught; its own picture has more.
    assert judge(Calibration().evidence(neighbours(0.4))).verdict is Verdict.MATCH
    assert judge(Calibration().evidence(neighbours(0.36, inliers=[16]))).verdict is Verdict.MATCH


@pytest.mark.parametrize("score", [-0.2, 0.0, 0.15])
def test_a_stranger_is_no_match_of_the_only_item(score: float) -> None:
    # 9 of 10 strangers have no higher score and no more inliers with one item, or with one taught thing.
    assert judge(Calibration().evidence(neighbours(score))).verdict is not Verdict.MATCH
    assert judge(Calibration().evidence(neighbours(score, inliers=[7]))).verdict is not Verdict.MATCH


def drawn(seed: int, *, inliers: bool) -> list[Neighbour]:
    """A query's items, drawn at random: 2 to CANDIDATES, the best first, the first ten with inliers."""
    dice = np.random.default_rng(seed)
    scores = np.sort(dice.uniform(-0.4, 0.9, dice.integers(2, CANDIDATES + 1)))[::-1]
    found = dice.integers(0, 30, 10).tolist()[: len(scores)] if inliers else []
    return neighbours(*scores.tolist(), inliers=found)


def merit(each: Neighbour) -> float:
    return each.score + WEIGHT * beyond_chance(each.inliers)


@pytest.mark.parametrize("inliers", [False, True])
def test_probabilities_are_between_0_and_1_and_follow_the_order(inliers: bool) -> None:
    for seed in DRAWS:
        near = drawn(seed, inliers=inliers)
        found = chances(near)
        assert all(0 <= chance <= 1 for chance in found)
        assert sum(found) <= 1
        by_merit = [found[n] for n in np.argsort([merit(each) for each in near], kind="stable")]
        assert by_merit == sorted(by_merit)


@pytest.mark.parametrize("inliers", [False, True])
def test_a_higher_score_a_larger_lead_and_more_inliers_make_the_best_likelier(inliers: bool) -> None:
    for seed in DRAWS:
        near = drawn(seed, inliers=inliers)
        best = max(range(len(near)), key=lambda n: merit(near[n]))
        before = chances(near)[best]

        def raised(place: int, by: float, more: int = 0, near: list[Neighbour] = near) -> list[Neighbour]:
            each = near[place]
            inliers = None if each.inliers is None else each.inliers + more
            return [
                *near[:place],
                replace(each, score=each.score + by, inliers=inliers),
                *near[place + 1 :],
            ]

        assert chances(raised(best, 0.05))[best] > before
        assert chances(raised(best, 0.0, more=9))[best] >= before
        for other in range(len(near)):
            if other != best:
                assert chances(raised(other, -0.05))[best] >= before


def test_inliers_of_another_item_speak_against_the_best() -> None:
    alone, contested = (neighbours(0.5, 0.3, inliers=[20, count]) for count in (0, 15))
    assert chances(contested)[0] < chances(alone)[0]
    assert chances(contested)[1] > chances(alone)[1]


def test_twins_share_what_one_alone_would_have() -> None:
    twins = chances(neighbours(0.9, 0.9, 0.1))
    assert twins[0] == pytest.approx(twins[1])
    assert 0.45 < twins[0] < 0.5
    assert judge(Calibration().evidence(neighbours(0.9, 0.9))).verdict is Verdict.UNSURE


def test_equals_are_one_item_with_a_lead_over_the_others() -> None:
    first = {"item-1": "item-0", "item-2": "item-0"}
    near = neighbours(0.9, 0.89, 0.88, 0.2, 0.1, inliers=[20, 19, 18])
    judgement = judge(Calibration().evidence(near, first), first)
    alone = judge(Calibration().evidence([near[0], *near[3:]]))
    assert judgement.verdict is Verdict.MATCH
    same = [judgement.probabilities[f"item-{n}"] for n in range(3)]
    assert same == pytest.approx([alone.probabilities["item-0"]] * 3, abs=0.001)
    assert set(judgement.equals) == {"item-0", "item-1", "item-2"}


def test_equals_whose_best_by_inliers_is_not_the_first_count_by_it() -> None:
    first = {"item-1": "item-0"}
    near = neighbours(0.4, 0.39, 0.2, inliers=[0, 30])
    judgement = judge(Calibration().evidence(near, first), first)
    assert judgement.probabilities["item-0"] == judgement.probabilities["item-1"] > 0.9


def test_what_is_further_off_than_the_candidates_has_no_chance() -> None:
    evidence = Calibration().evidence(neighbours(*np.linspace(0.9, 0.1, CANDIDATES + 2)))
    assert list(evidence.items) == [f"item-{n}" for n in range(CANDIDATES)]


def test_a_picture_kept_many_times_is_never_a_match() -> None:
    judgement = judge(Calibration().evidence(neighbours(*[1.0] * CANDIDATES)))
    assert judgement.verdict is Verdict.NO_MATCH
    assert max(judgement.probabilities.values()) == pytest.approx(min(judgement.probabilities.values()))


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


def test_a_camera_may_have_a_threshold_of_its_own() -> None:
    doubtful = Evidence({"mug": math.log(0.3)}, math.log(0.7))
    assert judge(doubtful, no_match_below=0.31).verdict is Verdict.NO_MATCH
    assert judge(doubtful, no_match_below=0.29).verdict is Verdict.UNSURE


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


@pytest.mark.parametrize("inliers", [(), (12, 10, 0)])
def test_what_people_said_of_an_item_changes_its_odds_by_just_that_and_nobody_elses(
    inliers: Sequence[int],
) -> None:
    near = neighbours(0.36, 0.35, 0.3, 0.1, inliers=inliers)
    plain = chances(near)
    said = chances(near, Calibration({"item-1": leaning(2, 0), "gone": leaning(9, 0)}))
    for other in (0, 2, 3):
        assert (said[1] / said[other]) / (plain[1] / plain[other]) == pytest.approx(3)
    assert said[0] / said[2] == pytest.approx(plain[0] / plain[2])
    assert said[1] > said[0]  # decides between two items at nearly the same score
    assert (said[1] / (1 - sum(said))) / (plain[1] / (1 - sum(plain))) == pytest.approx(3)


def test_a_damped_score_counts_and_not_the_cosine() -> None:
    near = neighbours(0.5, 0.3)
    hub = [replace(near[0], score=0.2), near[1]]
    assert chances(hub)[0] < chances(hub)[1]
