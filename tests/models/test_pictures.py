"""Pictures of any size and number become vectors of unit length; their aspect is kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.featurizer import OnnxFeaturizer

Picture = NDArray[np.uint8]
Draw = Callable[[int, int], Picture]


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 500), (500, 1), (30, 4000), (4000, 30), (3, 7), (223, 225), (720, 1280)]
)
def test_any_size_gives_a_unit_vector(lite0: OnnxFeaturizer, scaled: Draw, height: int, width: int) -> None:
    vectors = lite0.embed([scaled(height, width)])
    assert vectors.dtype == np.float32
    assert vectors.shape == (1, 1280)
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("variant", ["lite0", "lite1", "lite2"])
@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_picture_of_one_colour_gives_a_finite_vector(
    featurizers: dict[str, OnnxFeaturizer], variant: str, level: int
) -> None:
    vectors = featurizers[variant].embed([np.full((50, 80, 3), level, np.uint8)])
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)


def test_a_batch_of_mixed_sizes_gives_the_vectors_of_single_pictures_in_order(
    lite0: OnnxFeaturizer, scaled: Draw
) -> None:
    sizes = [(240, 320), (320, 240)] * 9 + [(64, 64)]  # 9 of a size and one alone
    pictures = [np.roll(scaled(*size), 10 * index, axis=1) for index, size in enumerate(sizes)]
    together = lite0.embed(pictures)
    alone = np.concatenate([lite0.embed([picture]) for picture in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_more_pictures_than_a_batch_holds(lite0: OnnxFeaturizer) -> None:
    pictures = [np.full((8, 8, 3), level, np.uint8) for level in range(0, 100, 5)]
    vectors = lite0.embed(pictures)
    assert vectors.shape == (20, 1280)
    np.testing.assert_allclose(vectors[19], lite0.embed(pictures[19:])[0], atol=1e-5)


def test_no_pictures_give_no_vectors(lite0: OnnxFeaturizer) -> None:
    assert lite0.embed([]).shape == (0, 1280)


@pytest.mark.parametrize(("height", "width"), [(360, 640), (640, 360), (100, 500)])
def test_aspect_is_kept(lite0: OnnxFeaturizer, scaled: Draw, height: int, width: int) -> None:
    picture = scaled(height, width)
    side = max(height, width)
    above, left = (side - height) // 2, (side - width) // 2
    pads = ((above, side - height - above), (left, side - width - left), (0, 0))
    letterboxed = np.pad(picture, pads, mode="edge")
    squashed = np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BICUBIC))
    vector, same, other = (lite0.embed([each])[0] for each in (picture, letterboxed, squashed))
    assert vector @ same > 0.98
    assert vector @ other < vector @ same - 0.02


def test_shrinking_is_antialiased(lite0: OnnxFeaturizer) -> None:
    """A fine chequerboard must become grey: without antialiasing it turns into moiré."""
    board = np.indices((900, 900)).sum(axis=0) % 2 * 255
    fine = np.repeat(board[:, :, np.newaxis], 3, axis=2).astype(np.uint8)
    grey = np.full((900, 900, 3), 127, np.uint8)
    vectors = lite0.embed([fine, grey])
    assert vectors[0] @ vectors[1] > 0.95


def test_the_resize_is_that_of_pillow(lite0: OnnxFeaturizer, scaled: Draw) -> None:
    """The preprocessing is reproducible: Pillow's BILINEAR is the same triangle filter."""
    picture = scaled(531, 797)
    fitted = Image.fromarray(picture).resize((224, round(531 * 224 / 797)), Image.Resampling.BILINEAR)
    missing = 224 - fitted.height
    square = np.pad(np.asarray(fitted), ((missing // 2, missing - missing // 2), (0, 0), (0, 0)), mode="edge")
    vectors = lite0.embed([picture, square])
    assert vectors[0] @ vectors[1] > 0.999


def test_a_view_that_is_not_contiguous_is_no_other_picture(lite0: OnnxFeaturizer, scaled: Draw) -> None:
    view = scaled(120, 90)[::-2, ::3]
    np.testing.assert_array_equal(lite0.embed([view]), lite0.embed([view.copy()]))


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.zeros((4, 4, 3), np.float32), "picture 1 has dtype float32; expected uint8"),
        (np.zeros((4, 4), np.uint8), r"picture 1 has shape \(4, 4\); expected \(height, width, 3\)"),
        (np.zeros((4, 4, 4), np.uint8), r"picture 1 has shape \(4, 4, 4\); expected"),
        (np.zeros((0, 4, 3), np.uint8), r"picture 1 has shape \(0, 4, 3\); expected"),
        (None, "picture 1 is NoneType; expected a numpy array"),
    ],
)
def test_what_is_no_picture_is_named(lite0: OnnxFeaturizer, picture: Picture, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        lite0.embed([np.zeros((4, 4, 3), np.uint8), picture])


def test_fingerprint_and_dim_are_those_of_the_file(lite0: OnnxFeaturizer, built: dict[str, Path]) -> None:
    assert lite0.dim == 1280
    assert lite0.providers == ["CPUExecutionProvider"]
    assert OnnxFeaturizer(built["lite0"]).fingerprint == lite0.fingerprint
