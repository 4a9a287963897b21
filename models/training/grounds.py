"""Draws grounds behind the thing: desk, wall, cloth, wood, tiles, print, a crowd of other things."""

from collections.abc import Sequence

import cv2
import numpy as np

from models.training.paint import Floats, Picture, Rng, lay_over, random_colour, soft_noise
from models.training.photographs import SHARE, photographed_ground

_FRAME_PX = 1280  # widths of lines and blur are those of a frame this wide
_LETTERS = (48, 123)  # from "0" to "z"


def random_ground(
    rng: Rng, height: int, width: int, cutouts: Sequence[Picture], photographs: Sequence[Picture] = ()
) -> Picture:
    """Draw a ground, uint8 BGR [height, width, 3], or take a part of a photograph if there are any."""
    if len(photographs) and rng.random() < SHARE:
        return photographed_ground(rng, height, width, photographs)
    colour = random_colour(rng)
    ground = np.full((height, width, 3), colour, np.float32)
    for _ in range(rng.integers(0, 4)):
        ground += _stains(rng, height, width)
    if rng.random() < 0.3:
        ground += _stripes(rng, height, width)
    if rng.random() < 0.15:
        ground += _tiles(rng, height, width)
    if rng.random() < 0.35:
        ground = _with_horizon(rng, ground, colour)
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    for _ in range(int(rng.choice([0, 3, 8, 16, 30]))):
        _draw_shape(rng, picture)
    if rng.random() < 0.3:
        for _ in range(rng.integers(1, 6)):
            _put_aside(rng, picture, cutouts[int(rng.integers(len(cutouts)))])
    return _out_of_focus(rng, picture)


def _stains(rng: Rng, height: int, width: int) -> Floats:
    """Two soft patterns: one that changes the colour, and one that changes the brightness."""
    tint = soft_noise(rng, height, width, 2 ** rng.uniform(0.5, 7))[..., None]
    tinted = tint * (rng.normal(0, 1, 3) * rng.uniform(0, 14)).astype(np.float32)
    shade = soft_noise(rng, height, width, 2 ** rng.uniform(0.5, 6))[..., None]
    return tinted + shade * np.float32(rng.uniform(0, 16))


def _stripes(rng: Rng, height: int, width: int) -> Floats:
    """Waves across the ground, straight like stripes or bent like the grain of wood."""
    angle = rng.uniform(0, np.pi)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    along = (xs * np.cos(angle) + ys * np.sin(angle)) / max(height, width)
    turns = along * rng.uniform(3, 60) + soft_noise(rng, height, width, 4) * rng.uniform(0, 0.6)
    waves = np.sin(2 * np.pi * turns) * rng.uniform(3, 35)
    return np.asarray(waves[..., None] * rng.uniform(0.5, 1.2, 3).astype(np.float32))


def _tiles(rng: Rng, height: int, width: int) -> Floats:
    side = rng.uniform(0.03, 0.2) * max(height, width)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    odd = ((xs // side) + (ys // side)) % 2
    return np.asarray((odd * rng.uniform(8, 60))[..., None])


def _with_horizon(rng: Rng, ground: Floats, colour: Floats) -> Floats:
    """Another colour below a slanted line, as a desk has before a wall."""
    height, width = ground.shape[:2]
    middle_y, slope = rng.uniform(0.1, 0.9) * height, rng.normal(0, 0.1)
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    below = (ys > middle_y + slope * (xs - width / 2))[..., None]
    return np.where(below, random_colour(rng) + (ground - colour) * rng.uniform(0.2, 1.5), ground)


def _draw_shape(rng: Rng, picture: Picture) -> None:
    """Draw a box, a disc, a line, some letters, an arc or a polygon somewhere."""
    height, width = picture.shape[:2]
    longest = max(height, width)
    colour = tuple(float(value) for value in random_colour(rng))
    x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
    match rng.integers(6):
        case 0:
            across, down = rng.uniform(0.02, 0.3, 2) * longest
            box = cv2.boxPoints(((x, y), (across, down), rng.uniform(0, 90)))
            cv2.fillPoly(picture, [np.asarray(box).astype(np.int32)], colour)
        case 1:
            axes = [int(value) for value in rng.uniform(0.01, 0.14, 2) * longest]
            cv2.ellipse(picture, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1)
        case 2:
            end = int(rng.integers(0, width)), int(rng.integers(0, height))
            cv2.line(picture, (x, y), end, colour, max(1, int(rng.uniform(0.001, 0.012) * longest)))
        case 3:
            text = "".join(chr(value) for value in rng.integers(*_LETTERS, rng.integers(2, 9)))
            font, scale = int(rng.integers(0, 8)), rng.uniform(0.3, 3) * longest / _FRAME_PX
            thickness = max(1, int(rng.uniform(0.5, 5) * longest / _FRAME_PX))
            cv2.putText(picture, text, (x, y), font, scale, colour, thickness)
        case 4:
            axes = [int(value) for value in rng.uniform(0.01, 0.2, 2) * longest]
            turn, start, end_angle = (float(rng.uniform(*span)) for span in ((0, 180), (0, 180), (180, 360)))
            thickness = max(1, int(rng.uniform(0.002, 0.01) * longest))
            cv2.ellipse(picture, (x, y), axes, turn, start, end_angle, colour, thickness)
        case _:
            corners = np.array([x, y]) + rng.normal(0, 0.08, (int(rng.integers(3, 8)), 2)) * longest
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour)


def _put_aside(rng: Rng, picture: Picture, cutout: Picture) -> None:
    """Lay another, small thing over the ground, away from the place of the shown one."""
    height, width = picture.shape[:2]
    tall, wide = cutout.shape[:2]
    scale = rng.uniform(0.06, 0.25) * max(height, width) / max(tall, wide)
    move = cv2.getRotationMatrix2D((wide / 2, tall / 2), rng.uniform(-180, 180), scale)
    rng.random()  # unused; without it the pictures would not be those of the committed files
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    if abs(x - width / 2) < 0.3 * width and abs(y - height / 2) < 0.35 * height:
        x = rng.choice([rng.uniform(0, 0.12), rng.uniform(0.88, 1)]) * width
    move[:, 2] += [x - wide / 2, y - tall / 2]
    layer = cv2.warpAffine(np.ascontiguousarray(cutout), move, (width, height))
    lay_over(picture, np.asarray(layer, np.uint8))


def _out_of_focus(rng: Rng, picture: Picture) -> Picture:
    radius = rng.uniform(0, 2.6) if rng.random() < 0.7 else rng.uniform(2, 12)
    blur_px = radius * max(picture.shape[:2]) / _FRAME_PX
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur_px), np.uint8) if blur_px > 0.2 else picture
