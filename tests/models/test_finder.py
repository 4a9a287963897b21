"""A level finds the thing in the picture within the graph, and says where."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.featurizer import OnnxFeaturizer
from models.session import open_session
from models.variants import BACKBONES, LEVELS, VARIANTS

Picture = NDArray[np.uint8]
SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "pictures"
WIDTH, HEIGHT = 640, 360
# Darker than the things' own ground, and without their colours.
GROUND = (140, 145, 150)
PLACES = [(90, 30), (350, 30), (90, 120), (350, 120)]


def thing(name: str, side: int) -> Image.Image:
    """A sample picture's thing without its ground, RGBA, at most that many pixels a side."""
    with Image.open(SAMPLES / f"{name}.jpg") as image:
        pixels = np.asarray(image.convert("RGB")).astype(np.int16)
    unlike = np.abs(pixels - np.median(pixels[:8], axis=(0, 1))).max(axis=2) > 40
    cut = Image.fromarray(np.dstack([pixels, 255 * unlike]).astype(np.uint8), "RGBA")
    cut = cut.crop(cut.getchannel("A").getbbox())
    cut.thumbnail((side, side))
    return cut


def scene(cut: Image.Image, left: int, top: int) -> Picture:
    """A plain frame with the thing at this place, BGR."""
    frame = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    frame.paste(cut, (left, top), cut)
    return np.ascontiguousarray(np.asarray(frame)[:, :, ::-1])


def covered(box: NDArray[np.float32], left: int, top: int, width: int, height: int) -> float:
    """The share of the thing's area that lies in a box."""
    x, y, w, h = (float(share) for share in box * (WIDTH, HEIGHT, WIDTH, HEIGHT))
    across = min(x + w, left + width) - max(x, left)
    down = min(y + h, top + height) - max(y, top)
    return max(0.0, across) * max(0.0, down) / (width * height)


def noise(height: int, width: int) -> Picture:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), np.uint8)


def inside(boxes: NDArray[np.float32]) -> bool:
    """Whether all boxes lie in the picture and have an area."""
    far = boxes[:, :2] + boxes[:, 2:]
    return bool((boxes[:, :2] >= 0).all() and (far <= 1 + 1e-6).all() and (boxes[:, 2:] > 0.01).all())


@pytest.mark.parametrize("name", ["mug-fjord", "book-lighthouse", "can-peach", "bowl-wave"])
@pytest.mark.parametrize("side", [160, 220])
def test_the_thing_is_inside_the_box_wherever_it_is(balanced: OnnxFeaturizer, name: str, side: int) -> None:
    cut = thing(name, side)
    _, boxes = balanced.look([scene(cut, *place) for place in PLACES])
    shares = [covered(box, *place, *cut.size) for box, place in zip(boxes, PLACES, strict=True)]
    assert min(shares) > 0.8, boxes
    assert np.mean(shares) > 0.9
    assert (boxes[:, 2] * boxes[:, 3]).max() < 0.45  # and not by taking the whole frame
    # The box follows the thing.
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    for one, other, axis in ((0, 1, 0), (2, 3, 0), (0, 2, 1), (1, 3, 1)):
        assert middles[other, axis] - middles[one, axis] > 0.15


def test_a_larger_thing_has_a_larger_box(balanced: OnnxFeaturizer) -> None:
    _, boxes = balanced.look([scene(thing("mug-fjord", side), 210, 60) for side in (100, 160, 240)])
    areas = list(boxes[:, 2] * boxes[:, 3])
    assert areas == sorted(areas)
    assert areas[2] > 1.5 * areas[0]


def test_the_vector_is_of_the_thing_not_of_the_frame(balanced: OnnxFeaturizer) -> None:
    mug, can = thing("mug-fjord", 160), thing("can-peach", 160)
    frames = [scene(mug, 90, 40), scene(mug, 380, 150), scene(can, 90, 40)]
    left, right, other = balanced.look(frames)[0]
    assert left @ right > 0.7
    assert left @ right > left @ other + 0.1


def test_a_batch_gives_what_each_picture_gives_alone(balanced: OnnxFeaturizer) -> None:
    pictures = [scene(thing(name, 150), *PLACES[0]) for name in ("mug-fjord", "can-peach")]
    pictures += [scene(thing("mug-fjord", 200), *PLACES[3]), noise(100, 150), noise(HEIGHT, WIDTH)]
    vectors, boxes = balanced.look(pictures)
    for picture, vector, box in zip(pictures, vectors, boxes, strict=True):
        alone_vector, alone_box = balanced.look([picture])
        np.testing.assert_allclose(box, alone_box[0], atol=1e-4)
        assert vector @ alone_vector[0] > 0.999


@pytest.mark.parametrize("level", LEVELS)
def test_a_known_box_gives_what_the_found_one_gave(
    featurizers: dict[str, OnnxFeaturizer], level: str
) -> None:
    frames = [scene(thing("mug-fjord", 160), 90, 40), scene(thing("can-peach", 160), 350, 120)]
    found, boxes = featurizers[level].look(frames)
    known, same = featurizers[level].look(frames, boxes)
    np.testing.assert_allclose(same, boxes, atol=1e-6)
    np.testing.assert_allclose(known, found, atol=1e-4)
    # The box counts, and not the place that the finder would take.
    other, given = featurizers[level].look(frames, boxes[::-1])
    np.testing.assert_allclose(given, boxes[::-1], atol=1e-6)
    assert (other * found).sum(axis=1).max() < 0.95


@pytest.mark.parametrize("level", LEVELS)
def test_a_cut_out_is_seen_whole_and_nothing_is_searched_for(
    featurizers: dict[str, OnnxFeaturizer], level: str
) -> None:
    frame = scene(thing("mug-fjord", 160), 380, 150)
    whole = featurizers[level].embed([frame])[0]
    # Nothing of the frame is left out: a change in any corner changes the vector.
    marked = frame.copy()
    marked[:60, :100] = (0, 0, 255)
    assert whole @ featurizers[level].embed([marked])[0] < 0.995
    np.testing.assert_allclose(featurizers[level].embed([frame, frame])[1], whole, atol=1e-4)


def test_a_cut_out_and_a_known_box_cost_no_search(built: dict[str, Path]) -> None:
    """The finder's weights may be broken: nothing of it runs for them."""
    model = onnx.load(built["balanced"])
    (search,) = (node for node in model.graph.node if node.op_type == "If")
    finder = next(each.g for each in search.attribute if each.name == "then_branch")
    (bias,) = (each for each in finder.initializer if each.name.endswith("box.2.bias"))
    bias.CopyFrom(onnx.numpy_helper.from_array(np.full(5, np.nan, np.float32), bias.name))
    session = open_session(built["balanced"], model.SerializeToString())
    feed: dict[str, NDArray[Any]] = {"picture": scene(thing("mug-fjord", 160), 90, 40)[np.newaxis]}
    known = np.array([[0.1, 0.1, 0.4, 0.5]], np.float32)
    with pytest.raises(onnxruntime.capi.onnxruntime_pybind11_state.Fail, match="crops"):
        session.run(["box"], feed)
    for alone in (False, True):
        (vector,) = session.run(["vector"], {**feed, "known": known, "alone": np.array(alone)})
        assert np.isfinite(vector).all()


@pytest.mark.parametrize(
    ("height", "width"),
    [(1, 1), (1, 300), (300, 1), (2000, 10), (10, 2000), (3, 7), (31, 33), (720, 1280), (1080, 1920)],
)
def test_any_size_gives_a_unit_vector_and_a_box_in_the_picture(
    balanced: OnnxFeaturizer, height: int, width: int
) -> None:
    vectors, boxes = balanced.look([noise(height, width)])
    assert vectors.dtype == boxes.dtype == np.float32
    assert boxes.shape == (1, 4)
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)
    assert inside(boxes)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_a_picture_of_one_colour_gives_a_unit_vector_and_a_box(balanced: OnnxFeaturizer, level: int) -> None:
    vectors, boxes = balanced.look([np.full((50, 80, 3), level, np.uint8)])
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)
    assert inside(boxes)


def test_levels_find_and_backbones_look_at_the_whole_picture(
    featurizers: dict[str, OnnxFeaturizer], balanced: OnnxFeaturizer
) -> None:
    assert {name for name, each in featurizers.items() if each.finds} == featurizers.keys() & LEVELS.keys()
    assert balanced.finds
    for name in BACKBONES:
        _, boxes = featurizers[name].look([noise(20, 30), noise(40, 30)])
        np.testing.assert_array_equal(boxes, [[0, 0, 1, 1]] * 2)


def test_no_picture_gives_no_box(balanced: OnnxFeaturizer) -> None:
    vectors, boxes = balanced.look([])
    assert (vectors.shape, boxes.shape) == ((0, balanced.dim), (0, 4))


def test_the_outputs_of_a_level_are_a_vector_and_a_box(built: dict[str, Path]) -> None:
    for name in built:
        outputs = [output.name for output in onnx.load(built[name]).graph.output]
        assert outputs == (["vector", "box"] if VARIANTS[name].find_px else ["vector"])
