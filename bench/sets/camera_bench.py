"""The camera bench's frames with their true boxes, over its own drawn grounds or over photographs.

Things and grounds come from its `make.py`, which stays where it is; over drawn grounds the frames are those
that `make.py --views 1` gives for the same seed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.sets.folder import Image, SetFolder, Sides, sides_of
from bench.sets.grounds import HEIGHT, WIDTH

STRANGERS = 0.2
Ground = Callable[[np.random.Generator], Image]


def load_maker(path: Path) -> ModuleType:
    """The module `make.py` of the camera bench."""
    spec = importlib.util.spec_from_file_location("camera_bench_maker", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_camera_set(place: Path, *, maker: ModuleType, stamps: str, seed: int, ground: Ground | None) -> None:
    """One easy and one hard frame of each stamp; a fifth are strangers. By default the maker's grounds."""
    rng, folder = np.random.default_rng(seed), SetFolder(place)
    for item_id, title, image in maker.items(stamps, maker.GROUPS):
        stranger = rng.random() < STRANGERS
        if not stranger:
            folder.add_item(item_id, title, maker.catalogue_picture(image))
        for hard in (False, True):
            frame, sides = _frame(image, rng, maker, hard=hard, ground=ground or maker.clutter)
            folder.add_frame(
                f"{item_id}-{'hard' if hard else 'easy'}-0",
                frame,
                shows="" if stranger else item_id,
                difficulty="hard" if hard else "easy",
                sides=sides,
                quality=int(rng.integers(50, 90)),
            )
    folder.close()


def _frame(
    image: Image, rng: np.random.Generator, maker: ModuleType, *, hard: bool, ground: Ground
) -> tuple[Image, Sides]:
    """The maker's frame, in the order of its random numbers, with the sides of what is seen of the thing."""
    height, width = image.shape[:2]
    scale = (rng.uniform(0.4, 0.8) if hard else rng.uniform(0.6, 0.95)) * HEIGHT / max(height, width)
    angle = np.deg2rad(rng.uniform(-30, 30) if hard else rng.uniform(-15, 15))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    to = ((corners - [width / 2, height / 2]) @ turn.T) * scale
    to = to + [WIDTH / 2, HEIGHT / 2] + rng.uniform(-60, 60, 2) * (2 if hard else 1)
    reach = max(height, width) * scale
    to = to + rng.uniform(-0.08, 0.08, (4, 2)) * reach * (1.5 if hard else 1)
    matrix = cv2.getPerspectiveTransform(corners, to.astype(np.float32))
    seen = maker.paste(image, ground(rng).astype(np.float32), matrix, (WIDTH, HEIGHT))
    alpha = cv2.warpPerspective(image[..., 3], matrix, (WIDTH, HEIGHT))
    if rng.random() < 0.25:
        _cover(seen, to.mean(0), reach, rng)
    return _as_photographed(seen, rng), sides_of(np.asarray(alpha, np.uint8))


def _cover(
    seen: NDArray[np.float32], middle: NDArray[np.float64], reach: float, rng: np.random.Generator
) -> None:
    """Paint something over a part of the thing."""
    x, y = middle + rng.uniform(-0.35, 0.35, 2) * reach
    across, down = rng.uniform(0.12, 0.3, 2) * reach
    turn = float(rng.uniform(0, 180))
    colour = tuple(float(value) for value in rng.integers(60, 220, 3))
    cv2.ellipse(seen, (int(x), int(y)), (int(across), int(down)), turn, 0, 360, colour, -1)


def _as_photographed(seen: NDArray[np.float32], rng: np.random.Generator) -> Image:
    """In other light and white balance, blurred, with noise."""
    lit = seen * rng.uniform(0.55, 1.25) + rng.uniform(-20, 20)
    lit = np.clip(lit * rng.uniform(0.88, 1.12, 3), 0, 255)
    blur = rng.integers(0, 4)
    if blur:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), blur * 0.7), np.float64)
    return np.clip(lit + rng.normal(0, rng.uniform(2, 10), lit.shape), 0, 255).astype(np.uint8)
