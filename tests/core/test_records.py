"""Neighbours and what orders them."""

import math

from services.core.records import Neighbour


def test_a_neighbours_score_is_its_cosine_unless_it_is_given() -> None:
    near = Neighbour("mug", math.sqrt(2 - 2 * 0.75))
    assert math.isclose(near.score, 0.75)
    assert near.inliers is None
    assert Neighbour("mug", 0.5, score=0.25).score == 0.25
