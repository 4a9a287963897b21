"""The part of a frame that is looked at."""

import numpy as np
import pytest

from common.box import parse_box
from edge.picture.crop import WHOLE, Box, centre_square, cut, within


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (1280, 720, (0.21875, 0, 0.5625, 1)),
        (720, 1280, (0, 0.21875, 1, 0.5625)),
        (48, 48, (0, 0, 1, 1)),
        (3, 1, (1 / 3, 0, 1 / 3, 1)),
    ],
)
def test_the_centre_square_is_the_largest_in_the_middle(width: int, height: int, box: Box) -> None:
    assert centre_square(width, height) == pytest.approx(box)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280), (641, 359), (5, 2), (1, 3), (1, 1)])
def test_a_frame_cut_to_its_centre_square_is_square_to_the_pixel(width: int, height: int) -> None:
    frame = np.zeros((height, width, 3), np.uint8)
    frame[height // 2, width // 2] = 255
    picture = cut(frame, centre_square(width, height))
    assert picture.shape == (min(width, height), min(width, height), 3)
    assert picture.max() == 255


def test_a_cut_is_the_regions_pixels_and_no_copy() -> None:
    frame = np.arange(10 * 20 * 3, dtype=np.uint8).reshape(10, 20, 3)
    part = cut(frame, (0.25, 0.5, 0.5, 0.3))
    np.testing.assert_array_equal(part, frame[5:8, 5:15])
    assert part.base is not None
    np.testing.assert_array_equal(cut(frame, WHOLE), frame)


@pytest.mark.parametrize(
    "region", [(0, 0, 1e-6, 1e-6), (0.999999, 0.999999, 1e-6, 1e-6), (0.5, 0, 1e-9, 1), (0, 0.9, 1, 0.1)]
)
@pytest.mark.parametrize(("width", "height"), [(640, 360), (3, 2), (1, 1)])
def test_a_cut_has_at_least_one_pixel(region: Box, width: int, height: int) -> None:
    assert min(cut(np.zeros((height, width, 3), np.uint8), region).shape) >= 1


@pytest.mark.parametrize(
    ("box", "region", "expected"),
    [
        ((0.1, 0.2, 0.3, 0.4), WHOLE, (0.1, 0.2, 0.3, 0.4)),
        (WHOLE, (0.25, 0.5, 0.5, 0.25), (0.25, 0.5, 0.5, 0.25)),
        ((0.5, 0.2, 0.5, 0.4), (0.25, 0.5, 0.5, 0.25), (0.5, 0.55, 0.25, 0.1)),
    ],
)
def test_a_box_in_a_region_is_told_in_shares_of_the_frame(box: Box, region: Box, expected: Box) -> None:
    assert within(box, region) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0.25,0,0.5,1", (0.25, 0, 0.5, 1)),
        (" 0 , 0 , 1 , 1 ", (0, 0, 1, 1)),
        ("0.1,0.7,0.9,0.3", (0.1, 0.7, 0.9, 0.3)),  # in floating point 0.7 + 0.3 may be above 1
        (".9,.99,.1,.01", (0.9, 0.99, 0.1, 0.01)),
    ],
)
def test_a_region_is_four_shares(text: str, box: Box) -> None:
    assert parse_box(text) == pytest.approx(box)


@pytest.mark.parametrize(
    "text", ["", "0,0,1", "0,0,1,1,1", "a,0,1,1", "0;0;1;1", "left", "0,0,1,", "25%,0,1,1"]
)
def test_what_is_not_four_numbers_is_no_region(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected left,top,width,height such as 0\.25,0,0\.5,1"):
        parse_box(text)


@pytest.mark.parametrize(
    "text",
    [
        "-0.1,0,0.5,1", "0,-0.1,1,0.5", "0.5,0,0.6,1", "0,0.5,1,0.6", "0,0,0,1", "0,0,1,0", "1,0,0.1,1",
        "0,1,1,0.1",
        "0,0,640,360", "nan,0,1,1", "0,0,nan,1", "0,0,inf,1", "-inf,0,1,1",
    ],
)  # fmt: skip
def test_a_region_outside_the_frame_or_without_area_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected shares of the picture: .* inside 0 to 1, with some area"):
        parse_box(text)
