"""Small pictures for imports."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int, *, kind: str = "JPEG") -> bytes:
    """A picture file of coloured blocks, a different one for each seed."""
    blocks = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(blocks).resize((96, 96), Image.Resampling.NEAREST).save(file, kind)
    return file.getvalue()


def write_pictures(folder: Path, names: list[str]) -> None:
    """Write a picture for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names):
        (folder / name).write_bytes(picture(seed))
