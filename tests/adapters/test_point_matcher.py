"""The contract of PointMatcher, on the fake and on OpenCV."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from common.local_points import NO_POINTS, LocalPoints
from services.adapters.opencv_points import OpenCvMatcher
from services.core.ports import PointMatcher
from tests.fakes import FakeMatcher
from tests.points import random_points


@pytest.fixture(params=[FakeMatcher, OpenCvMatcher])
def matcher(request: pytest.FixtureRequest) -> PointMatcher:
    made: PointMatcher = request.param()
    return made


def test_a_picture_is_found_in_itself_in_whatever_order_its_points_come(matcher: PointMatcher) -> None:
    points = random_points(200, seed=1)
    order = np.random.default_rng(2).permutation(200)
    shuffled = LocalPoints(points.places[order], points.descriptors[order])
    assert matcher.inliers(shuffled, points) > 150


def test_points_of_other_pictures_are_hardly_found(matcher: PointMatcher) -> None:
    for seed in range(10):
        assert matcher.inliers(random_points(200, seed=seed), random_points(200, seed=seed + 99)) < 8


def test_none_are_found_in_none(matcher: PointMatcher) -> None:
    points = random_points(200)
    for seen, known in ((NO_POINTS, points), (points, NO_POINTS), (NO_POINTS, NO_POINTS)):
        assert matcher.inliers(seen, known) == 0


def test_the_same_points_give_the_same_count_in_any_thread(matcher: PointMatcher) -> None:
    half = random_points(200, seed=3), random_points(100, seed=3)
    with ThreadPoolExecutor(4) as pool:
        counts = set(pool.map(lambda _n: matcher.inliers(*half), range(16)))
    assert len(counts) == 1
