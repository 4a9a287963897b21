"""A wrapped export is a model file of our form with the network's own results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from models.export import read_own
from models.featurizer import OnnxFeaturizer
from models.files import fingerprint
from models.wrap import Preparation, wrap
from tests.models.networks import DIM, SIDE_PX, WEIGHTS, TinyNetwork

IMAGENET = Preparation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
CAFFE = Preparation((0.48, 0.46, 0.41), (0.004, 0.005, 0.006), bgr=True)
Floats = NDArray[np.floating[Any]]


def _load(data: bytes, folder: Path) -> OnnxFeaturizer:
    path = folder / "wrapped.onnx"
    path.write_bytes(data)
    return OnnxFeaturizer(path)


def _pictures(*shapes: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Noise; an even frame where it gets resized, as Pillow and ONNX Runtime differ at the very edge."""
    noise = np.random.default_rng(2)
    pictures = [noise.integers(0, 256, (height, width, 3), np.uint8) for height, width in shapes]
    for picture in pictures:
        if picture.shape[:2] != (SIDE_PX, SIDE_PX):
            framed = picture[8:-8, 8:-8].copy()
            picture[:] = (20, 90, 200)
            picture[8:-8, 8:-8] = framed
    return pictures


def _expected(picture: NDArray[np.uint8], preparation: Preparation) -> Floats:
    """The same steps in numpy, with Pillow's resize."""
    height, width = picture.shape[:2]
    fit = [
        max(1, (2 * SIDE_PX * side + max(height, width)) // (2 * max(height, width)))
        for side in (width, height)
    ]
    channels = [Image.fromarray(picture[:, :, channel].astype(np.float32)) for channel in (2, 1, 0)]
    small = [np.asarray(channel.resize((fit[0], fit[1]), Image.Resampling.BILINEAR)) for channel in channels]
    before = [(SIDE_PX - side) // 2 for side in reversed(fit)]
    pads = [(start, SIDE_PX - side - start) for start, side in zip(before, reversed(fit), strict=True)]
    x = np.stack([np.pad(channel, pads, mode="edge") for channel in small]) / 255
    x = (x - np.array(preparation.mean)[:, None, None]) / np.array(preparation.std)[:, None, None]
    x = np.pad(x[::-1] if preparation.bgr else x, ((0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    features = np.maximum(np.einsum("chwij,dcij->dhw", windows, WEIGHTS), 0).mean(axis=(1, 2))
    vector: Floats = features / np.linalg.norm(features)
    return vector


@pytest.mark.parametrize("preparation", [IMAGENET, CAFFE], ids=["RGB", "BGR"])
@pytest.mark.parametrize(
    "network",
    [
        TinyNetwork(),
        TinyNetwork(head="vector"),
        TinyNetwork(opset=11, head="vector"),
        TinyNetwork(opset=21),
        TinyNetwork(input_shape=(1, 3, SIDE_PX, SIDE_PX)),
        TinyNetwork(input_shape=(4, 3, SIDE_PX, SIDE_PX), head="vector"),
        TinyNetwork(input="picture_float", weights="mean"),  # names that our own part has too
    ],
    ids=["map", "vector", "opset 11", "opset 21", "batch of 1", "batch of 4", "our names"],
)
def test_the_vectors_are_those_of_the_same_steps_in_numpy(
    network: TinyNetwork, preparation: Preparation, tmp_path: Path
) -> None:
    featurizer = _load(wrap(network.write(tmp_path), preparation), tmp_path)
    pictures = _pictures((SIDE_PX, SIDE_PX), (60, 32), (25, 77), (60, 32))

    vectors = featurizer.embed(pictures)

    assert featurizer.dim == DIM
    expected = [_expected(picture, preparation) for picture in pictures]
    np.testing.assert_allclose(vectors, expected, atol=1e-4)


def test_weights_in_another_file_are_taken_in(tmp_path: Path) -> None:
    whole = wrap(TinyNetwork().write(tmp_path), IMAGENET)
    path = tmp_path / "apart.onnx"
    onnx.save(
        TinyNetwork().model(), path, save_as_external_data=True, location="apart.data", size_threshold=0
    )

    data = wrap(path, IMAGENET)
    (tmp_path / "apart.data").unlink()

    np.testing.assert_array_equal(
        _load(data, tmp_path).embed(_pictures((30, 40))), _load(whole, tmp_path).embed(_pictures((30, 40)))
    )


def test_the_fingerprint_depends_on_network_and_preparation_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = wrap(TinyNetwork().write(tmp_path), IMAGENET)

    assert wrap(TinyNetwork().write(tmp_path / "other"), IMAGENET) == first
    assert fingerprint(wrap(TinyNetwork().write(tmp_path), CAFFE)) != fingerprint(first)


def test_the_file_says_what_it_was_made_of(tmp_path: Path) -> None:
    wrapped = onnx.load_model_from_string(wrap(TinyNetwork().write(tmp_path), CAFFE))

    facts = {entry.key: entry.value for entry in wrapped.metadata_props}
    assert facts["source"].startswith("export ")
    assert (facts["input_px"], facts["colours"]) == ("16", "BGR")
    assert (facts["mean"], facts["std"]) == ("0.48,0.46,0.41", "0.004,0.005,0.006")


def test_a_model_of_our_form_is_read_as_it_is(tmp_path: Path) -> None:
    own, apart = tmp_path / "own.onnx", tmp_path / "apart.onnx"
    own.write_bytes(wrap(TinyNetwork().write(tmp_path), IMAGENET))
    assert read_own(own) == own.read_bytes()

    onnx.save(onnx.load(own), apart, save_as_external_data=True, location="apart.data", size_threshold=0)
    assert len(read_own(apart)) > apart.stat().st_size
    assert _load(read_own(apart), tmp_path).dim == DIM
