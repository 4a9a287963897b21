"""Given pictures, cut to the box of their thing."""

from collections.abc import Sequence

import numpy as np
import pytest

from common.box import WHOLE, Box
from common.wire import Vectors
from services.adapters.pillow_pictures import decode, encode
from services.core.catalogue.cut_outs import MARGIN, THING_BOX, CutOuts, GivenPicture, cut_out
from services.core.errors import InputError
from services.core.ports import Boxes, Picture
from tests.fakes import FakeFeaturizer

RED, GREY = (0, 0, 220), (90, 90, 90)


def desk(left: int, top: int, width: int, height: int) -> Picture:
    """A grey desk of 200 x 100 pixels with a red thing on it."""
    picture = np.full((100, 200, 3), GREY, np.uint8)
    picture[top : top + height, left : left + width] = RED
    return picture


def share_of_thing(picture: Picture, box: Box = WHOLE) -> float:
    """The red share of a part of a picture."""
    height, width = picture.shape[:2]
    left, top, wide, high = box
    part = picture[round(top * height) : round((top + high) * height)]
    part = part[:, round(left * width) : round((left + wide) * width)]
    return float((np.abs(part.astype(int) - RED).max(axis=2) < 40).mean())


def cuts(featurizer: FakeFeaturizer | None = None) -> CutOuts:
    return CutOuts(decode, encode, featurizer or FakeFeaturizer())


@pytest.mark.parametrize("place", [(60, 30, 100, 50), (0, 0, 50, 25), (150, 50, 50, 50), (0, 30, 200, 25)])
def test_a_taught_thing_lies_in_its_cut_at_the_known_place_and_fills_it(
    place: tuple[int, int, int, int],
) -> None:
    left, top, width, height = place
    file = encode(desk(*place))
    given = cuts().given(file, (left / 200, top / 100, width / 200, height / 100), taught=True)
    cut, suffix = decode(given.content)
    assert (given.taught, suffix) == (True, ".jpg")
    assert cut.shape[:2] == (height + 2 * round(MARGIN * height), width + 2 * round(MARGIN * width))
    assert share_of_thing(cut, THING_BOX) > 0.9
    assert share_of_thing(cut) > 0.6


def test_another_picture_is_cut_without_a_margin() -> None:
    given = cuts().given(encode(desk(60, 30, 100, 50)), (0.3, 0.3, 0.5, 0.5), taught=False)
    cut, _suffix = decode(given.content)
    assert (given.taught, cut.shape) == (False, (50, 100, 3))
    assert share_of_thing(cut) > 0.9


def test_a_whole_picture_is_kept_as_the_file_that_it_is() -> None:
    file = encode(desk(60, 30, 100, 50))
    assert cuts().given(file, WHOLE, taught=True) == GivenPicture(file, taught=True)


def test_a_margin_over_the_edge_repeats_the_edges_pixels() -> None:
    picture = np.arange(4, dtype=np.uint8).reshape(1, 4, 1).repeat(3, axis=2).repeat(8, axis=0)
    cut = cut_out(picture, (0, 0, 1, 1), margin=0.5)
    assert cut[0, :, 0].tolist() == [0, 0, 0, 1, 2, 3, 3, 3]
    assert cut.shape == (16, 8, 3)


@pytest.mark.parametrize("box", [(0.5, 0.5, 0.03, 0.5), (0.5, 0.5, 0.5, 0.05), (0.0, 0.0, 1e-9, 1e-9)])
def test_a_box_of_a_few_pixels_is_refused(box: Box) -> None:
    with pytest.raises(InputError, match=r"the box holds \d+ x \d+ pixels of the picture; expected 8"):
        cuts().given(encode(desk(60, 30, 100, 50)), box, taught=True)


class Finder(FakeFeaturizer):
    """Finds the thing of each picture in one place."""

    def __init__(self, *box: float) -> None:
        super().__init__()
        self._box = box

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        vectors, _boxes = super().look(pictures, boxes)
        return vectors, np.array([self._box], np.float32)


def test_the_thing_that_the_model_finds_is_cut_out() -> None:
    given = cuts(Finder(0.3, 0.3, 0.5, 0.5)).found(encode(desk(60, 30, 100, 50)))
    assert given.taught
    assert share_of_thing(decode(given.content)[0], THING_BOX) > 0.9


@pytest.mark.parametrize("left", [0.0, 0.5, 0.97])
def test_a_sliver_that_the_model_finds_is_grown_to_the_smallest_box(left: float) -> None:
    given = cuts(Finder(left, 0.2, 0.03, 0.6)).found(encode(desk(60, 30, 100, 50)))
    assert decode(given.content)[0].shape[:2] == (60 + 2 * 7, 8 + 2 * 1)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InputError, match="not a picture"):
        cuts().given(b"no picture", (0.1, 0.1, 0.5, 0.5), taught=True)
