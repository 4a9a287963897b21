"""Small pictures for imports."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw


def picture(seed: int, *, kind: str = "JPEG") -> bytes:
    """A picture file of a thing on white, of another shape and colour for each seed."""
    rng = np.random.default_rng(seed)
    red, green, blue = (int(level) for level in rng.integers(0, 200, 3))
    points = rng.uniform(size=(6, 2))
    around = points - points.mean(axis=0)
    points = points[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]
    points = 14 + 67 * (points - points.min(axis=0)) / np.ptp(points, axis=0)
    image = Image.new("RGB", (96, 96), "white")
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in points], fill=(red, green, blue))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def write_pictures(folder: Path, names: list[str]) -> None:
    """Write a picture for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names):
        (folder / name).write_bytes(picture(seed))
