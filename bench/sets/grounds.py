"""Photographs as the grounds of made-up frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from bench.sets.folder import Image

WIDTH, HEIGHT = 1280, 720


def photograph_ground(rng: np.random.Generator, photographs: Sequence[Path]) -> Image:
    """A random part of one that fills the frame, mirrored or out of focus at times."""
    path = photographs[int(rng.integers(len(photographs)))]
    photograph = cv2.imread(str(path))
    assert photograph is not None, path
    height, width = photograph.shape[:2]
    scale = max(WIDTH / width, HEIGHT / height) * rng.uniform(1, 1.5)
    size = int(np.ceil(width * scale)), int(np.ceil(height * scale))
    large = cv2.resize(photograph, size, interpolation=cv2.INTER_LINEAR)
    top = int(rng.integers(0, large.shape[0] - HEIGHT + 1))
    left = int(rng.integers(0, large.shape[1] - WIDTH + 1))
    ground = large[top : top + HEIGHT, left : left + WIDTH]
    if rng.random() < 0.5:
        ground = ground[:, ::-1]
    if rng.random() < 0.5:
        ground = cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(0.5, 4)))
    return np.ascontiguousarray(ground, np.uint8)
