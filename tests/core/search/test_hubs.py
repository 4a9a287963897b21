"""Hubs are noticed: items far more like all camera pictures than the others."""

import numpy as np

from services.core.search.hubs import Hubs
from services.core.search.space import Standing


def standings(count: int, *, far: tuple[int, ...] = ()) -> dict[str, Standing]:
    hubs = 0.3 + np.random.default_rng(1).normal(size=count) * 0.03
    return {f"item-{n}": Standing(1.0, -float(hubs[n]) / 2 - 0.2 * (n in far)) for n in range(count)}


def test_a_usual_catalogue_has_no_hubs() -> None:
    assert Hubs.of(standings(500)) == Hubs(0, ())
    assert Hubs.of({}) == Hubs()


def test_items_far_from_the_others_are_counted_and_named() -> None:
    found = Hubs.of(standings(100, far=(7, 40)))
    assert (found.count, set(found.first)) == (2, {"item-7", "item-40"})
    assert found.to_json() == {"count": 2, "first": list(found.first)}


def test_no_more_than_ten_are_named() -> None:
    found = Hubs.of(standings(200, far=tuple(range(0, 24, 2))))
    assert (found.count, len(found.first)) == (12, 10)


def test_a_catalogue_of_a_few_items_has_no_usual_one() -> None:
    assert Hubs.of(standings(20, far=(3,))).count == 0
