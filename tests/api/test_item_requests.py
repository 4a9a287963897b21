"""The pictures of a form, each cut to its box."""

import asyncio
import io
from collections.abc import Sequence

import numpy as np
import pytest
from starlette.datastructures import FormData, UploadFile

from common.wire import Vectors
from services.adapters.pillow_pictures import decode, encode
from services.api.item_requests import read_pictures
from services.core.catalogue.cut_outs import MARGIN, CutOuts
from services.core.ports import Boxes, Picture
from tests.fakes import FakeFeaturizer

FILE = encode(np.random.default_rng(0).integers(0, 255, (100, 200, 3), np.uint8))


class Finder(FakeFeaturizer):
    """Finds a thing of 100 x 50 pixels in each of these pictures."""

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        vectors, _boxes = super().look(pictures, boxes)
        return vectors, np.array([[0.2, 0.3, 0.5, 0.5]], np.float32)


@pytest.mark.parametrize(
    ("said", "size", "taught"),
    [
        ([], (200, 100), False),
        ([("taught", "1")], (round(100 * (1 + 2 * MARGIN)), round(50 * (1 + 2 * MARGIN))), True),
        ([("taught", "1"), ("box", "")], (200, 100), True),
        ([("box", "0,0,0.25,1")], (50, 100), False),
    ],
)
def test_a_taught_picture_without_a_box_is_cut_to_what_the_model_finds(
    said: list[tuple[str, str]], size: tuple[int, int], taught: bool
) -> None:
    form = FormData([("image", UploadFile(io.BytesIO(FILE), filename="a.jpg")), *said])
    source = asyncio.run(read_pictures(form))
    assert source is not None
    (given,) = source.cut(CutOuts(decode, encode, Finder()))
    assert (decode(given.content)[0].shape[1::-1], given.taught) == (size, taught)
