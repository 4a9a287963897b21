"""What the accuracy bench counts."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.accuracy.answers import (
    Counts,
    ShownAnswer,
    by_second,
    calibration_error,
    overlap,
    reliability,
    share_naming,
)
from services.core.records import Verdict

MATCH, UNSURE, NO_MATCH = Verdict


def answer(
    truth: str, found: str, verdict: Verdict = MATCH, *, score: float = 0.9, frame: str = "f", half: int = 0
) -> ShownAnswer:
    """The answer to a frame of `truth`; `found` are the ids of its matches, a letter each."""
    return ShownAnswer("set", frame, "group", half, truth, list(found), verdict, score)


def test_known_things_and_strangers_are_counted_apart() -> None:
    counts = Counts.of(
        [
            answer("a", "abc"),
            answer("a", "bca", UNSURE),
            answer("a", "bcdefa", NO_MATCH),
            answer("", "abc", MATCH),
            answer("", "abc", NO_MATCH),
        ]
    )
    assert (counts.known, counts.strangers) == (3, 2)
    assert counts.first == pytest.approx(1 / 3)
    assert counts.five == pytest.approx(2 / 3)
    assert counts.known_told == pytest.approx({MATCH: 1 / 3, UNSURE: 1 / 3, NO_MATCH: 1 / 3})
    assert counts.strangers_told == {MATCH: 0.5, UNSURE: 0.0, NO_MATCH: 0.5}


def test_without_strangers_there_is_no_share_of_them() -> None:
    counts = Counts.of([answer("a", "a")])
    assert math.isnan(counts.strangers_told[MATCH])


def test_a_score_of_one_is_in_the_last_bin_and_a_stranger_is_never_right() -> None:
    bins = reliability(
        [answer("a", "a", score=1.0), answer("", "a", score=0.95), answer("a", "b", score=0.2)]
    )
    assert [(each.low, each.count, each.right) for each in bins] == [(0.2, 1, 0.0), (0.9, 2, 0.5)]
    assert bins[1].score == pytest.approx(0.975)
    assert calibration_error(bins) == pytest.approx((0.2 * 1 + 0.475 * 2) / 3)


@pytest.mark.parametrize(
    ("box", "expected"),
    [((0.2, 0.2, 0.4, 0.4), 1.0), ((0.2, 0.2, 0.4, 0.2), 0.5), ((0.7, 0.7, 0.1, 0.1), 0.0)],
)
def test_overlap_of_a_box_with_the_true_sides(box: tuple[float, ...], expected: float) -> None:
    assert overlap(box, (0.2, 0.2, 0.6, 0.6)) == pytest.approx(expected)


def test_a_second_has_its_most_frequent_first_match_and_its_most_frequent_verdict() -> None:
    frames = [
        answer("a", "a", UNSURE),
        answer("a", "a", MATCH),
        answer("a", "b", UNSURE),
        *[answer("", "c")] * 3,
    ]
    told = by_second(frames, a_second=3)
    assert [(each.found, each.verdict, each.right) for each in told] == [
        (["a"], UNSURE, True),
        (["c"], MATCH, False),
    ]


def test_the_share_that_names_taught_things_leaves_out_frames_that_show_them() -> None:
    answers = [answer("t", "t"), answer("a", "t"), answer("", "t", UNSURE), answer("b", "b"), answer("", "b")]
    assert share_naming(answers, {"t"}, told=set(Verdict)) == 0.5
    assert share_naming(answers, {"t"}, told={MATCH}) == 0.25
    assert np.isnan(share_naming(answers[:1], {"t"}, told={MATCH}))
