"""Our graph gives the vectors of the original torch model; see models/golden/record.json."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.featurizer import OnnxFeaturizer
from models.variants import BACKBONES

VECTORS: dict[str, list[float]] = json.loads(
    (Path(__file__).resolve().parents[2] / "models" / "golden" / "vectors.json").read_text()
)


@pytest.mark.parametrize("name", VECTORS)
def test_vector_is_that_of_the_original_model(
    name: str,
    featurizers: dict[str, OnnxFeaturizer],
    golden_picture: Callable[[str], NDArray[np.uint8]],
) -> None:
    original = np.array(VECTORS[name])
    (vector,) = featurizers[name.split("-")[0]].embed([golden_picture(name)])
    assert vector @ original / np.linalg.norm(original) >= 0.9999


def test_every_backbone_has_golden_pictures() -> None:
    assert {name.split("-")[0] for name in VECTORS} == set(BACKBONES)


def test_rgb_instead_of_bgr_is_told_apart(
    lite0: OnnxFeaturizer, golden_picture: Callable[[str], NDArray[np.uint8]]
) -> None:
    original = np.array(VECTORS["lite0-0.png"])
    (vector,) = lite0.embed([golden_picture("lite0-0.png")[:, :, ::-1]])
    assert vector @ original / np.linalg.norm(original) < 0.99
