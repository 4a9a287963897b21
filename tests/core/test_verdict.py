"""Verdicts come from the catalogue itself: leave-one-out, on catalogues that are made here."""

import numpy as np
import pytest

from services.core.domain import Neighbour, Verdict
from services.core.verdict import MATCH_BELOW, MIN_ITEMS, NO_MATCH_ABOVE, OTHERS, Calibration, signs
from services.core.wire import Vectors, unit
from tests.fakes import FakeIndex, vectors

DIM = 64
ITEMS = 80


def catalogue(*, spread: float, items: int = ITEMS, seed: int = 1) -> Vectors:
    """Items around one common direction; the smaller `spread`, the tighter they lie."""
    return near(np.repeat(vectors(dim=DIM, seed=seed), items, axis=0), noise=spread, seed=seed)


def near(views: Vectors, *, noise: float, seed: int = 2) -> Vectors:
    return unit(views + noise * vectors(len(views), dim=DIM, seed=seed + 100))


def indexed(items: Vectors) -> FakeIndex:
    index = FakeIndex(dim=DIM)
    for number, row in enumerate(items):
        index.replace(f"item-{number}", row[None])
    return index


def calibrated(items: Vectors) -> tuple[FakeIndex, Calibration]:
    index = indexed(items)
    sample = {f"item-{number}": row[None] for number, row in enumerate(items)}
    return index, Calibration.leave_one_out(index, sample)


def verdicts(index: FakeIndex, calibration: Calibration, queries: Vectors) -> list[Verdict]:
    return [calibration.verdict(found) for found in index.search(queries, k=OTHERS + 1)]


def test_near_copies_of_items_are_matches() -> None:
    items = catalogue(spread=1.0)
    index, calibration = calibrated(items)
    assert set(verdicts(index, calibration, near(items, noise=0.2))) == {Verdict.MATCH}


def test_strangers_are_mostly_no_match_and_seldom_a_match() -> None:
    # One more catalogue of the same kind, of which no item is in the index.
    together = catalogue(spread=1.0, items=2 * ITEMS)
    found = verdicts(*calibrated(together[:ITEMS]), together[ITEMS:])
    assert found.count(Verdict.MATCH) < 0.45 * ITEMS
    assert found.count(Verdict.NO_MATCH) > 0


def test_a_stranger_as_far_from_all_items_as_from_each_is_no_match() -> None:
    index, calibration = calibrated(catalogue(spread=1.0))
    assert verdicts(index, calibration, -catalogue(spread=1.0, items=1)) == [Verdict.NO_MATCH]


def test_the_rates_of_strangers_are_those_that_were_promised() -> None:
    # Leave one out for real: each item asked of a catalogue without it.
    items, found = catalogue(spread=1.0), list[Verdict]()
    _, calibration = calibrated(items)
    for number in range(len(items)):
        others = indexed(np.delete(items, number, axis=0))
        found += verdicts(others, calibration, items[number : number + 1])
    assert found.count(Verdict.MATCH) == pytest.approx(MATCH_BELOW * ITEMS, abs=2)
    assert found.count(Verdict.NO_MATCH) == pytest.approx((1 - NO_MATCH_ABOVE) * ITEMS, abs=2)


def largest_match(items: Vectors) -> float:
    """The largest distance from item 0, along a line to a stranger, that still is a match."""
    index, calibration = calibrated(items)
    stranger, largest = catalogue(spread=1.0, items=1, seed=9)[0], 0.0
    for share in np.linspace(0, 1, 101, dtype=np.float32):
        query = unit(((1 - share) * items[0] + share * stranger)[None])
        found = index.search(query, k=OTHERS + 1)[0]
        if calibration.verdict(found) is not Verdict.MATCH:
            break
        largest = found[0].distance
    return largest


def test_a_tighter_catalogue_gives_a_tighter_threshold() -> None:
    wide, tight = largest_match(catalogue(spread=1.0)), largest_match(catalogue(spread=0.1))
    assert 0 < tight < wide / 3


def test_a_distance_that_matches_in_a_wide_catalogue_does_not_in_a_tight_one() -> None:
    wide, tight = catalogue(spread=1.0), catalogue(spread=0.05)
    for items, expected in ((wide, True), (tight, False)):
        index, calibration = calibrated(items)
        found = verdicts(index, calibration, near(items, noise=0.2))
        assert (found.count(Verdict.MATCH) > ITEMS / 2) is expected


def test_too_few_items_are_always_unsure() -> None:
    items = catalogue(spread=1.0, items=MIN_ITEMS - 1)
    assert set(verdicts(*calibrated(items), items)) == {Verdict.UNSURE}


def test_from_the_smallest_number_of_items_on_an_item_itself_is_a_match() -> None:
    items = catalogue(spread=1.0, items=MIN_ITEMS)
    assert set(verdicts(*calibrated(items), items)) == {Verdict.MATCH}


def test_no_neighbour_at_all_is_no_match() -> None:
    assert Calibration.none().verdict([]) is Verdict.NO_MATCH


def test_a_catalogue_of_one_picture_kept_many_times_is_never_a_match() -> None:
    items = np.repeat(vectors(dim=DIM), 20, axis=0)
    assert Verdict.MATCH not in verdicts(*calibrated(items), items[:3])


@pytest.mark.parametrize(("nearest", "gap", "ratio"), [(0.0, 5.0, 0.0), (0.25, 2.5, 0.625), (0.4, 1.0, 1.0)])
def test_the_signs_are_the_gap_in_standard_deviations_and_the_ratio_to_the_second(
    nearest: float, gap: float, ratio: float
) -> None:
    assert signs([nearest, 0.4, 0.6]) == pytest.approx((gap, ratio))


@pytest.mark.parametrize("distances", [[], [0.1], [0.1, 0.5]])
def test_too_few_distances_are_no_sign(distances: list[float]) -> None:
    assert signs(distances) == (0.0, 1.0)


def test_what_is_as_far_as_any_two_items_are_apart_is_no_match_however_it_stands_out() -> None:
    _, calibration = calibrated(catalogue(spread=1.0))
    far = calibration.apart
    outstanding = [far, *(far + 0.5 for _ in range(50))]
    found = [Neighbour(str(n), distance) for n, distance in enumerate(outstanding)]
    assert calibration.verdict(found) is Verdict.NO_MATCH
    found[0] = Neighbour("nearest", 0.5 * far)
    assert calibration.verdict(found) is Verdict.MATCH
