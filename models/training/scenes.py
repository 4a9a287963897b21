"""Puts a cut-out into a picture: shown to a camera, or clean as in a catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.training.camera import photograph
from models.training.grounds import random_ground
from models.training.paint import Floats, Picture, Rng, lay_over, random_colour, soft_noise

_SEEN = 40  # alpha from which a pixel belongs to the box
_FEWEST_PX = 50  # pixels below which a thing is not in the picture

Points = NDArray[np.float64]


@dataclass(frozen=True)
class TrainingScene:
    """A picture, the alpha of the thing's visible part, and the sides of the box around all of the thing."""

    picture: Picture
    visible: Picture
    box: tuple[int, int, int, int]


def shown_to_camera(
    rng: Rng,
    cutout: Picture,
    cutouts: Sequence[Picture],
    width: int,
    height: int,
    *,
    photographs: Sequence[Picture] = (),
    fills: bool = False,
) -> TrainingScene | None:
    """Draw a frame in which somebody shows the thing; None if it came to lie outside.

    Photographs serve as grounds besides drawn ones. A thing that `fills` the frame does so one way.
    """
    cutout = _shaded(rng, cutout)
    tall, wide = cutout.shape[:2]
    frame = random_ground(rng, height, width, cutouts, photographs)
    corners, size_px = _corners(rng, wide, tall, width, height)
    if fills:
        corners, size_px = _filling(rng, corners, size_px, width, height)
    flat = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    move = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    smooth = cv2.INTER_AREA if size_px < max(tall, wide) else cv2.INTER_LINEAR
    layer = np.asarray(cv2.warpPerspective(cutout, move, (width, height), flags=smooth), np.uint8)
    if rng.random() < 0.35:
        frame = _with_shadow(rng, frame, layer[..., 3], size_px)
    lay_over(frame, layer)
    visible = layer[..., 3].copy()
    kind = rng.random()
    if kind < 0.4:
        fingers = 1 if kind < 0.25 else int(rng.integers(2, 5))
        _cover(rng, frame, visible, corners.mean(0), size_px, fingers)
    box = _box(layer[..., 3])
    return TrainingScene(photograph(rng, frame, width / 1280), visible, box) if box else None


def clean_scene(rng: Rng, cutout: Picture, width: int, height: int, side: int) -> TrainingScene | None:
    """Draw the thing near the middle of a plain ground; `side` is that of the square that it may fill."""
    tall, wide = cutout.shape[:2]
    margin = rng.uniform(1.02, 2.2)
    scale = side / (max(tall, wide) * margin)
    offset = rng.normal(0, 0.05, 2) * side * (margin - 1)
    move = np.array(
        [
            [scale, 0, (side - wide * scale) / 2 + offset[0]],
            [0, scale, (side - tall * scale) / 2 + offset[1]],
        ],
        np.float32,
    )
    move[:, 2] += [(width - side) / 2, (height - side) / 2]
    layer = np.asarray(cv2.warpAffine(cutout, move, (width, height), flags=cv2.INTER_AREA), np.uint8)
    picture = _plain(rng, height, width, uneven=0.3, depth=8)
    lay_over(picture, layer)
    box = _box(layer[..., 3])
    return TrainingScene(picture, layer[..., 3], box) if box else None


def catalogue_picture(rng: Rng, cutout: Picture, side: int) -> Picture:
    """Draw a shop's picture of the thing: mostly on white, with some margin."""
    tall, wide = cutout.shape[:2]
    scale = side / (max(tall, wide) * rng.uniform(1.02, 1.35))
    move = np.array(
        [[scale, 0, (side - wide * scale) / 2], [0, scale, (side - tall * scale) / 2]], np.float32
    )
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    layer = np.asarray(cv2.warpAffine(cutout, move, (side, side), flags=smooth), np.uint8)
    picture = _plain(rng, side, side, uneven=0.2, depth=6)
    lay_over(picture, layer)
    return picture


def _plain(rng: Rng, height: int, width: int, *, uneven: float, depth: float) -> Picture:
    """White or some colour; with the probability `uneven` lighter and darker in places, by about `depth`."""
    ground = np.full((height, width, 3), 255 if rng.random() < 0.7 else random_colour(rng), np.float32)
    if rng.random() < uneven:
        ground += soft_noise(rng, height, width, 2)[..., None] * depth
    return np.clip(ground, 0, 255).astype(np.uint8)


def _shaded(rng: Rng, cutout: Picture) -> Picture:
    """Give flat art some of a photograph's shading and grain."""
    height, width = cutout.shape[:2]
    x: Floats = cutout[..., :3].astype(np.float32)
    if rng.random() < 0.7:
        x = x * (1 + soft_noise(rng, height, width, 2 ** rng.uniform(0, 2)) * rng.uniform(0, 0.25))[..., None]
    if rng.random() < 0.5:
        x = x + soft_noise(rng, height, width, 2 ** rng.uniform(2, 7))[..., None] * rng.uniform(0, 18)
    if rng.random() < 0.3:
        x = np.asarray(x + rng.normal(0, rng.uniform(0, 14), (height, width, 1)))
    return np.concatenate([np.clip(x, 0, 255).astype(np.uint8), cutout[..., 3:]], 2)


def _corners(rng: Rng, wide: int, tall: int, width: int, height: int) -> tuple[Points, float]:
    """The cut-out's corners in the frame, and the length of its longer side there."""
    longest = max(tall, wide)
    scale = rng.uniform(0.35, 0.95) * height / longest
    if longest * scale > width:
        scale = width / longest
    angle = np.deg2rad(_tilt_deg(rng))
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32) - [wide / 2, tall / 2]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    # Turned away a little half of the time, which makes it narrower.
    narrower = np.array([rng.uniform(0.75, 1), 1]) if rng.random() < 0.5 else np.ones(2)
    room = np.array([max(0, side - longest * scale * 0.8) for side in (width, height)]) / 2
    offset = np.clip(rng.normal(0, 0.09, 2) * [width, height], -room, room)
    placed = ((corners * narrower) @ turn.T) * scale + [width / 2, height / 2] + offset
    placed += rng.uniform(-0.12, 0.12, (4, 2)) * longest * scale * rng.random()
    return placed, longest * scale


def _filling(rng: Rng, corners: Points, size_px: float, width: int, height: int) -> tuple[Points, float]:
    """The corners and size scaled so that the thing about fills the frame one way, as on a phone."""
    across, down = np.ptp(corners, axis=0)
    factor = rng.uniform(0.8, 1.1) * min(width / across, height / down)
    middle = np.array([width, height]) * (0.5 + rng.normal(0, 0.03, 2))
    return (corners - corners.mean(0)) * factor + middle, size_px * factor


def _tilt_deg(rng: Rng) -> float:
    """An angle: mostly upright; seldom up to 45 degrees, very seldom any."""
    if rng.random() < 0.85:
        return rng.normal(0, 14)
    return rng.uniform(-180, 180) if rng.random() < 0.2 else rng.uniform(-45, 45)


def _with_shadow(rng: Rng, frame: Picture, alpha: Picture, size_px: float) -> Picture:
    right, down = (rng.normal(0, 0.03, 2) * size_px).astype(int)
    cast = np.roll(alpha, (int(down), int(right)), (0, 1))
    shadow = cv2.GaussianBlur(cast, (0, 0), max(1, size_px * rng.uniform(0.01, 0.06)))
    return (frame * (1 - shadow[..., None] / 255 * rng.uniform(0.1, 0.6))).astype(np.uint8)


def _cover(rng: Rng, frame: Picture, visible: Picture, middle: Points, size_px: float, fingers: int) -> None:
    """Hide a part of the thing: by one ellipse, or by several long ones beside each other, like fingers."""
    start = middle + rng.uniform(-0.4, 0.4, 2) * size_px
    if rng.random() < 0.5:  # skin
        colour = np.array([rng.uniform(60, 180), rng.uniform(90, 200), rng.uniform(140, 240)])
    else:
        colour = random_colour(rng).astype(np.float32)
    angle = rng.uniform(0, 180)
    across = np.deg2rad(angle + 90)
    for finger in range(fingers):
        centre = start
        if fingers > 1:
            step = finger * rng.uniform(0.05, 0.12) * size_px
            centre = start + step * np.array([np.cos(across), np.sin(across)])
            axes = np.array([rng.uniform(0.12, 0.35), rng.uniform(0.03, 0.07)]) * size_px
        else:
            axes = rng.uniform(0.1, 0.28, 2) * size_px
        mask = np.zeros(visible.shape, np.uint8)
        at, radii = [int(value) for value in centre], [int(max(1, value)) for value in axes]
        cv2.ellipse(mask, at, radii, float(angle + rng.normal(0, 8)), 0, 360, (255,), -1)
        frame[mask > 0] = np.clip(colour + rng.normal(0, 4, 3), 0, 255)
        visible[mask > 0] = 0


def _box(alpha: Picture) -> tuple[int, int, int, int] | None:
    """The box around the opaque part; None if there is too little."""
    ys, xs = np.nonzero(alpha > _SEEN)
    if len(ys) < _FEWEST_PX:
        return None
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
