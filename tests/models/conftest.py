"""The variants, built once a session, and models/golden's pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.build import build
from models.featurizer import OnnxFeaturizer
from models.files import FOLDER
from models.variants import VARIANTS, Variant

GOLDEN = Path(__file__).resolve().parents[2] / "models" / "golden"
Picture = NDArray[np.uint8]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Model files by variant, for all whose trained tensors exist."""
    folder = tmp_path_factory.mktemp("models")
    files = {name: folder / f"{name}.onnx" for name, variant in VARIANTS.items() if _is_trained(variant)}
    for name, path in files.items():
        build(VARIANTS[name], path)
    return files


def _is_trained(variant: Variant) -> bool:
    return not variant.projection or (FOLDER / "trained" / f"{variant.projection}.npz").is_file()


@pytest.fixture(scope="session")
def featurizers(built: dict[str, Path]) -> dict[str, OnnxFeaturizer]:
    return {name: OnnxFeaturizer(path, threads=2) for name, path in built.items()}


@pytest.fixture(scope="session")
def lite0(featurizers: dict[str, OnnxFeaturizer]) -> OnnxFeaturizer:
    return featurizers["lite0"]


@pytest.fixture(scope="session")
def balanced(featurizers: dict[str, OnnxFeaturizer]) -> OnnxFeaturizer:
    return featurizers["balanced"]


@pytest.fixture(scope="session")
def golden_picture() -> Callable[[str], Picture]:
    """Loads a golden PNG as BGR."""

    def load(name: str) -> Picture:
        with Image.open(GOLDEN / name) as image:
            return np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])

    return load


@pytest.fixture(scope="session")
def scaled(golden_picture: Callable[[str], Picture]) -> Callable[[int, int], Picture]:
    """Draws one golden picture at any height and width."""

    def draw(height: int, width: int) -> Picture:
        image = Image.fromarray(golden_picture("lite0-0.png"))
        return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))

    return draw
