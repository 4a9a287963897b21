"""The part of a frame that is looked at."""

import numpy as np
import pytest

from edge.crop import Box, centre_square


@pytest.mark.parametrize(
    ("height", "width", "side", "box"),
    [
        (720, 1280, 720, (0.21875, 0, 0.5625, 1)),
        (1280, 720, 720, (0, 0.21875, 1, 0.5625)),
        (48, 48, 48, (0, 0, 1, 1)),
        (1, 3, 1, (1 / 3, 0, 1 / 3, 1)),
    ],
)
def test_it_is_the_centre_square(height: int, width: int, side: int, box: Box) -> None:
    frame = np.zeros((height, width, 3), np.uint8)
    frame[height // 2, width // 2] = 255
    picture, found = centre_square(frame)
    assert picture.shape == (side, side, 3)
    assert picture[side // 2, side // 2, 0] == 255
    assert found == pytest.approx(box)
