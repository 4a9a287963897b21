"""The describer of local features."""

import cv2
import numpy as np
import pytest

from common.local_points import LONGEST_PX, MAX_POINTS, decode_points
from models.orb_points import OrbDescriber
from services.adapters.opencv_points import OpenCvMatcher
from services.core.catalogue.cut_outs import THING_BOX
from tests.points import printed, textured


def test_a_picture_full_of_corners_has_the_most_points_and_the_same_each_time() -> None:
    describer, cover = OrbDescriber(), printed(1)
    points = decode_points(describer.describe(cover))
    assert 200 < len(points) <= MAX_POINTS
    assert describer.describe(cover) == describer.describe(cover)


def test_a_picture_of_any_size_is_described_at_one_size() -> None:
    describer, cover = OrbDescriber(), printed(1)
    small = decode_points(describer.describe(cover)).places
    large = decode_points(describer.describe(cv2.resize(cover, None, fx=4, fy=4).astype(np.uint8))).places
    for places in (small, large):
        assert LONGEST_PX * 0.8 < places.max() <= LONGEST_PX


def test_only_the_box_and_its_margin_are_described() -> None:
    frame = np.full((400, 800, 3), 128, np.uint8)
    frame[:, 500:] = printed(2, height=400, width=300)
    describer = OrbDescriber()
    assert describer.describe(frame, (0.1, 0.1, 0.3, 0.8)) == b""
    alone = describer.describe(frame[:, 500:])
    assert len(decode_points(describer.describe(frame, (0.625, 0, 0.375, 1)))) > 200
    assert describer.describe(frame, (0.625, 0, 0.375, 1)) != alone  # the margin


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 40), (31, 31), (17, 4000)])
def test_a_picture_of_odd_shape_is_described_or_has_no_points(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(4).integers(0, 256, (*shape, 3), np.uint8)
    describer = OrbDescriber()
    decode_points(describer.describe(pixels))
    decode_points(describer.describe(pixels, (0.999, 0.999, 0.001, 0.001)))
    for box in (THING_BOX, (0.0, 0.0, 1.0, 1.0), (0.999, 0.999, 0.001, 0.001)):
        decode_points(describer.describe_thing(pixels, box))


def test_a_thing_is_described_without_the_desk_around_it() -> None:
    describer, matcher = OrbDescriber(), OpenCvMatcher()
    desk = textured(7, height=500, width=500)
    shown = desk.copy()
    shown[110:390, 110:390] = printed(3, height=280, width=280) // 4 * 3
    alone, whole = (
        decode_points(blob)
        for blob in (describer.describe_thing(shown, THING_BOX), describer.describe(shown))
    )
    empty, again = (decode_points(describer.describe(frame)) for frame in (desk, shown))
    assert matcher.inliers(empty, whole) > 20
    assert matcher.inliers(empty, alone) <= 5
    assert matcher.inliers(again, alone) > 60


def test_a_thing_like_its_ground_is_looked_for_in_the_middle_of_its_box() -> None:
    desk = textured(8, height=400, width=400)
    blob = OrbDescriber().describe_thing(desk, THING_BOX)
    places = decode_points(blob).places / LONGEST_PX
    assert len(places) > 100
    assert places.min() >= THING_BOX[0] - 0.01
    assert places.max() <= THING_BOX[0] + THING_BOX[2] + 0.01
    assert blob == OrbDescriber().describe_thing(desk, THING_BOX)


def test_a_plain_picture_has_no_points() -> None:
    plain = np.full((300, 300, 3), 90, np.uint8)
    assert OrbDescriber().describe(plain) == OrbDescriber().describe_thing(plain, THING_BOX) == b""


def test_opencv_keeps_to_one_thread() -> None:
    OrbDescriber()
    assert cv2.getNumThreads() == 1
