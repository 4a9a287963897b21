"""Flat printed things as a camera sees them: tilted to 50 degrees, turned at will, most over photographs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.sets.covers import Style, draw_cover, load_art
from bench.sets.folder import Image, SetFolder, Sides, sides_of
from bench.sets.grounds import HEIGHT, WIDTH, photograph_ground

# Items in all; every fifth is a stranger.
ITEMS, FRAMES, SERIES = 70, 2, 6
_STEEPEST_DEG = 50
# Distance of the camera in lengths of the thing.
_FAR = 2.2
Points = NDArray[np.floating]


def make_flat_set(
    place: Path,
    *,
    pictures: Path,
    photographs: Sequence[Path],
    maker: ModuleType | None,
    seed: int,
    items: int = ITEMS,
) -> None:
    """Covers, a fifth of them strangers, two frames each; without `maker` all over photographs."""
    rng, folder = np.random.default_rng(seed), SetFolder(place)
    art = load_art(pictures)
    # No two covers have the same large picture: a stranger is no mere variant of a known one.
    order = rng.permutation(len(art))
    series = [Style.drawn(rng) for _ in range(SERIES)]
    for number in range(items):
        style = series[int(rng.integers(SERIES))] if rng.random() < 0.4 else Style.drawn(rng)
        main = art[int(order[number % len(art)])]
        cover, item_id = draw_cover(rng, style, art=art, main=main), f"flat{number:02d}"
        stranger = number % 5 == 4
        if not stranger:
            folder.add_item(item_id, item_id, cover)
        for view in range(FRAMES):
            is_drawn = maker is not None and rng.random() >= 0.7
            ground = maker.clutter(rng) if maker and is_drawn else photograph_ground(rng, photographs)
            frame, sides = _tilted(rng, cover, ground)
            folder.add_frame(
                f"{item_id}-{view}",
                frame,
                shows="" if stranger else item_id,
                difficulty="flat",
                sides=sides,
                quality=int(rng.integers(55, 92)),
            )
    folder.close()


def _tilted(rng: np.random.Generator, cover: Image, ground: Image) -> tuple[Image, Sides]:
    """The cover before the ground, through a pinhole, and its sides."""
    height, width = cover.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to = _corners_seen(rng, width, height)
    matrix = cv2.getPerspectiveTransform(corners, to.astype(np.float32))
    colour = cv2.warpPerspective(cover, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    opaque = np.full((height, width), 255, np.uint8)
    alpha = np.asarray(cv2.warpPerspective(opaque, matrix, (WIDTH, HEIGHT)), np.uint8)
    share = alpha[..., None].astype(np.float32) / 255
    seen = colour * share + ground * (1 - share)
    if rng.random() < 0.4:
        seen += _glare(rng, to.mean(0), share)
    if rng.random() < 0.5:
        _finger(seen, rng, to)
    return _as_photographed(seen, rng), sides_of(alpha)


def _corners_seen(rng: np.random.Generator, width: int, height: int) -> Points:
    """Where the corners are in the frame: tilted about any axis in the plane, turned at will."""
    tilt = np.deg2rad(rng.uniform(0, _STEEPEST_DEG))
    axis, turn = rng.uniform(0, 2 * np.pi, 2)
    longest = max(width, height)
    flat = (
        np.array([[-width, -height], [width, -height], [width, height], [-width, height]], float)
        / 2
        / longest
    )
    along = flat @ _turn(turn - axis).T
    depth = _FAR + along[:, 1] * np.sin(tilt)
    leaning = np.stack([along[:, 0], along[:, 1] * np.cos(tilt)], 1) @ _turn(axis).T
    seen = leaning / depth[:, None] * _FAR
    across, down = np.ptp(seen, axis=0)
    seen = seen * rng.uniform(0.55, 0.9) * HEIGHT / max(down, across * HEIGHT / WIDTH)
    middle = (seen.max(0) + seen.min(0)) / 2
    placed: Points = seen - middle + [WIDTH / 2, HEIGHT / 2] + rng.uniform(-1, 1, 2) * [120, 50]
    return placed


def _turn(radians: float) -> Points:
    return np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])


def _glare(rng: np.random.Generator, middle: Points, share: Points) -> Points:
    spot = np.zeros((HEIGHT, WIDTH), np.float32)
    x, y = (int(value) for value in middle + rng.uniform(-150, 150, 2))
    across, down = (int(value) for value in rng.uniform(30, 160, 2))
    cv2.ellipse(spot, (x, y), (across, down), float(rng.uniform(0, 180)), 0, 360, (1.0,), -1)
    soft = cv2.GaussianBlur(spot, (0, 0), float(rng.uniform(10, 50)))
    return np.asarray(soft[..., None] * share * rng.uniform(60, 200), np.float32)


def _finger(seen: Points, rng: np.random.Generator, corners: Points) -> None:
    """Paint the tip of a finger near a corner."""
    x, y = corners[int(rng.integers(4))] * 0.75 + corners.mean(0) * 0.25
    across, down = (int(value) for value in rng.uniform(30, 90, 2))
    colour = (float(rng.uniform(90, 160)), float(rng.uniform(120, 190)), float(rng.uniform(170, 240)))
    cv2.ellipse(seen, (int(x), int(y)), (across, down), float(rng.uniform(0, 180)), 0, 360, colour, -1)


def _as_photographed(seen: Points, rng: np.random.Generator) -> Image:
    """In other light and white balance, out of focus, moved at times, with noise."""
    lit = (seen * rng.uniform(0.5, 1.2) + rng.uniform(-20, 20)) * rng.uniform(0.85, 1.15, 3)
    soft = cv2.GaussianBlur(np.clip(lit, 0, 255), (0, 0), float(rng.uniform(0.4, 2.2)))
    if rng.random() < 0.3:
        length = int(rng.integers(3, 12))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, int(rng.integers(length))), (length - 1, int(rng.integers(length))), (1.0,))
        soft = cv2.filter2D(soft, -1, kernel / kernel.sum())
    noisy = soft + rng.normal(0, rng.uniform(2, 9), soft.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)
