"""Tools that grounds, scenes and camera paint with: colours, soft noise, laying one picture over another.

All drawing uses one random generator in a fixed order: adding, dropping or moving a call of it
changes all pictures from there on.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Picture = NDArray[np.uint8]  # BGR [height, width, 3], or BGRA for a cut-out
Floats = NDArray[np.float32]


def soft_noise(rng: Rng, height: int, width: int, cells: float) -> Floats:
    """Normal noise float32 [height, width] with about `cells` blobs along the longer side."""
    longest = max(height, width)
    rows, columns = (max(1, int(cells * side / longest)) + 1 for side in (height, width))
    coarse = rng.standard_normal((rows, columns), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def random_colour(rng: Rng) -> Floats:
    """Greyish, muted or any, a third of the time each: float32 BGR [3], 0 to 255."""
    match rng.integers(3):
        case 0:
            colour = np.clip(rng.uniform(15, 240) + rng.normal(0, 12, 3), 0, 255)
        case 1:
            colour = np.clip(rng.uniform(20, 235) + rng.normal(0, 45, 3), 0, 255)
        case _:
            colour = rng.uniform(0, 255, 3)
    return colour.astype(np.float32)


def lay_over(ground: Picture, layer: Picture) -> None:
    """Paint a BGRA layer into a BGR picture of its size."""
    alpha = layer[..., 3:].astype(np.float32) / 255
    ground[:] = (layer[..., :3] * alpha + ground * (1 - alpha)).astype(np.uint8)
