"""The matcher of local features, on real pictures' points."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from common.local_points import LocalPoints, decode_points
from models.orb_points import OrbDescriber
from services.adapters.opencv_points import OpenCvMatcher
from services.core.ports import Picture
from tests.points import printed, random_points, tilted


def described(picture: Picture) -> LocalPoints:
    return decode_points(OrbDescriber().describe(picture))


def test_a_tilted_cover_is_told_from_others() -> None:
    matcher, seen = OpenCvMatcher(), described(tilted(printed(1)))
    own, others = matcher.inliers(seen, described(printed(1))), range(2, 12)
    assert own > 25
    assert max(matcher.inliers(seen, described(printed(other))) for other in others) < 8


def test_a_mirrored_cover_is_another_thing() -> None:
    mirrored = described(tilted(printed(1), mirrored=True))
    assert OpenCvMatcher().inliers(mirrored, described(printed(1))) < 8


def test_the_same_points_give_the_same_count_in_any_thread() -> None:
    matcher, seen, known = OpenCvMatcher(), described(tilted(printed(1))), described(printed(1))
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _n: matcher.inliers(seen, known), range(16)))
    assert len(set(counts)) == 1


def test_points_at_one_place_count_once() -> None:
    points = random_points(300, seed=2)
    heap = LocalPoints(np.full((300, 2), 200, np.float32), points.descriptors)
    assert OpenCvMatcher().inliers(heap, heap) <= 1


def test_few_or_random_or_equal_points_settle_nothing() -> None:
    matcher = OpenCvMatcher()
    same = LocalPoints(random_points(300).places, np.zeros((300, 32), np.uint8))
    for count in (0, 1, 2, 7, 8, 300):
        for seed in range(5):
            seen, known = random_points(count, seed=seed), random_points(300, seed=seed + 50)
            assert matcher.inliers(seen, known) < 8
            assert matcher.inliers(known, seen) < 8
    assert matcher.inliers(same, same) == 0


def test_points_on_one_line_are_no_plane() -> None:
    points = random_points(300, seed=5)
    places = np.stack([points.places[:, 0], np.full(300, 7)], axis=1).astype(np.float32)
    line = LocalPoints(places, points.descriptors)
    OpenCvMatcher().inliers(line, points)
    OpenCvMatcher().inliers(points, line)
