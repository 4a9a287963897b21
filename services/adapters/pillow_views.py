"""Makes more pictures of an item out of its one: other viewpoints, and what a camera may see of it.

Everything is decided by the picture itself, so that importing it again gives the same vectors.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.core.ports import Picture

# Turned left and right, and seen from the left and from the right; degrees and shares of the width.
_TURNS = ((-18.0, 0.0), (18.0, 0.0), (-6.0, 0.16), (6.0, -0.16))
_PROBES = 3
_LONGEST_PX = 640
_FRAME_PX = (640, 360)
_MASK_PX = 96
# So far from the ground's colour, in the channel that differs most, a pixel belongs to the thing.
_GROUND_TOLERANCE = 20
Floats = NDArray[np.float32]


def shots(picture: Picture) -> tuple[list[Picture], list[Picture]]:
    """The pictures that an item is found by, its own first, and those that calibrate its catalogue."""
    return views(picture), probes(picture, count=_PROBES)


def views(picture: Picture) -> list[Picture]:
    """The picture itself, and the thing turned a little: BGR uint8, the others at most 640 px a side."""
    small = _image(picture)
    small.thumbnail((_LONGEST_PX, _LONGEST_PX))
    ground = _ground_colour(np.asarray(small))
    return [picture] + [_bgr(_turned(small, degrees, lean, ground)) for degrees, lean in _TURNS]


def probes(picture: Picture, *, count: int) -> list[Picture]:
    """What a camera may see of the thing, over other grounds and in other light: BGR uint8 [360, 640, 3]."""
    seed = int.from_bytes(hashlib.sha256(picture.tobytes()).digest()[:8], "little")
    rng = np.random.default_rng(seed)
    thing = _cut_out(_image(picture))
    return [_bgr(_camera(_shown(thing, _desk(rng), rng), rng)) for _ in range(count)]


def _image(picture: Picture) -> Image.Image:
    height, width, _ = picture.shape
    return Image.frombytes("RGB", (width, height), picture.tobytes(), "raw", "BGR")


def _bgr(image: Image.Image) -> Picture:
    # Pillow swaps the channels several times as fast as a copy of a reversed view does.
    pixels = image.convert("RGB").tobytes("raw", "BGR")
    return np.frombuffer(pixels, np.uint8).reshape(image.height, image.width, 3)


def _border(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def _ground_colour(pixels: NDArray[np.uint8]) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in np.median(_border(pixels), axis=0))
    return red, green, blue


def _turned(image: Image.Image, degrees: float, lean: float, ground: tuple[int, int, int]) -> Image.Image:
    """The picture turned, one side made nearer by `lean`, its ground carried on."""
    width, height = image.size
    target = _turned_corners(image, degrees) * 0.85 + np.array(image.size) / 2
    near = [lean, -lean, lean, -lean]
    target[:, 1] += np.array(near) * height / 2
    target[:, 0] += np.where(_corners(image)[:, 0] == 0, abs(lean), -abs(lean)) * width / 3
    return _warped(image, target, image.size, fill=ground)


def _corners(image: Image.Image) -> NDArray[np.float64]:
    """Top left, top right, bottom right, bottom left, in pixels: float64 [4, 2] of x and y."""
    width, height = image.size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def _turned_corners(image: Image.Image, degrees: float) -> NDArray[np.float64]:
    """The corners around the middle, turned: float64 [4, 2]."""
    radians = math.radians(degrees)
    turn = np.array([[math.cos(radians), -math.sin(radians)], [math.sin(radians), math.cos(radians)]])
    return np.asarray((_corners(image) - np.array(image.size) / 2) @ turn.T)


def _warped(
    image: Image.Image,
    target: NDArray[np.float64],
    size: tuple[int, int],
    *,
    fill: tuple[int, ...],
) -> Image.Image:
    """The image with its corners moved to the target, in perspective."""
    # Pillow asks for the way back: eight coefficients that take a target's pixel to its source.
    rows, wanted = [], []
    for (x, y), (u, v) in zip(target, _corners(image), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    coefficients = np.linalg.solve(np.array(rows), np.array(wanted))
    return image.transform(
        size, Image.Transform.PERSPECTIVE, coefficients.tolist(), Image.Resampling.BILINEAR, fillcolor=fill
    )


def _cut_out(image: Image.Image) -> Image.Image:
    """The thing as RGBA without its ground, where that is plain; else the whole picture."""
    image.thumbnail((_LONGEST_PX, _LONGEST_PX))
    small = np.asarray(image.resize((_MASK_PX, _MASK_PX)), np.int16)
    like_ground = np.abs(small - _ground_colour(small.astype(np.uint8))).max(axis=2) <= _GROUND_TOLERANCE
    thing = ~_reached_from_border(like_ground)
    share = thing.mean()
    if not 0.02 < share < 0.95:
        thing[:] = True
    mask = Image.fromarray((thing * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR)
    result = image.copy()
    result.putalpha(mask.point(lambda value: max(0, min(255, (value - 96) * 4))))
    return result.crop(mask.getbbox() or (0, 0, *image.size))


def _reached_from_border(free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The cells that a flood from the border reaches over free ones."""
    reached = np.zeros_like(free)
    reached[[0, -1]], reached[:, [0, -1]] = free[[0, -1]], free[:, [0, -1]]
    while True:
        grown = reached.copy()
        grown[1:] |= reached[:-1]
        grown[:-1] |= reached[1:]
        grown[:, 1:] |= reached[:, :-1]
        grown[:, :-1] |= reached[:, 1:]
        grown &= free
        if (grown == reached).all():
            return reached
        reached = grown


def _smooth(rng: np.random.Generator, size: tuple[int, int], cells: int) -> Floats:
    """Noise of that many cells a side, float32 [height, width], of deviation about 1."""
    noise = rng.standard_normal((cells, cells), np.float32)
    return np.asarray(Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC))


def _levels(channel: Floats) -> Image.Image:
    return Image.fromarray(np.clip(channel, 0, 255, out=channel).astype(np.uint8))


def _colour(rng: np.random.Generator, spread: float) -> Floats:
    return np.clip(rng.uniform(30, 225) + rng.normal(0, spread, 3), 0, 255).astype(np.float32)


def _desk(rng: np.random.Generator) -> Image.Image:
    """A ground of some colour and grain with a few shapes on it, out of focus."""
    coarse, fine = (
        _smooth(rng, _FRAME_PX, int(cells)) for cells in (rng.integers(2, 8), rng.integers(30, 120))
    )
    grain = coarse * rng.uniform(5, 30) + fine * rng.uniform(0, 12)
    desk = Image.merge("RGB", [_levels(grain + level) for level in _colour(rng, 20)])
    draw = ImageDraw.Draw(desk)
    width, height = _FRAME_PX
    for _ in range(rng.integers(0, 12)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        colour = tuple(int(value) for value in _colour(rng, 45))
        points = [(x + dx, y + dy) for dx, dy in rng.normal(0, 0.08 * width, (int(rng.integers(3, 6)), 2))]
        if rng.random() < 0.4:
            draw.line(points[:2], fill=colour, width=int(rng.integers(1, 7)))
        else:
            draw.polygon(points, fill=colour)
    return desk.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 2.5))))


def _shown(thing: Image.Image, desk: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The thing held before the desk: some size, place, turn and tilt, now and then covered in part."""
    middle = np.array(desk.size) / 2
    scale = rng.uniform(0.4, 0.9) * desk.height / max(thing.size)
    target = _turned_corners(thing, rng.uniform(-25, 25)) * scale + middle + rng.uniform(-45, 45, 2)
    target += rng.uniform(-0.1, 0.1, (4, 2)) * max(thing.size) * scale
    layer = _warped(thing, target, desk.size, fill=(0, 0, 0, 0))
    desk.paste(layer, (0, 0), layer)
    if rng.random() < 0.3:
        reach = rng.uniform(0.1, 0.25, 2) * max(thing.size) * scale
        x, y = target.mean(axis=0) + rng.uniform(-0.35, 0.35, 2) * max(thing.size) * scale
        hand = tuple(int(value) for value in _colour(rng, 30))
        ImageDraw.Draw(desk).ellipse((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), fill=hand)
    return desk


def _camera(frame: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another light and white balance, blur and noise."""
    light, ground = np.float32(rng.uniform(0.55, 1.25)), np.float32(rng.uniform(-20, 20))
    balance = rng.uniform(0.88, 1.12, 3).astype(np.float32)
    # A channel at a time, by table: each of its 256 levels becomes another one.
    levels = np.arange(256, dtype=np.float32) * light + ground
    table = np.clip(levels * balance[:, np.newaxis], 0, 255).astype(np.uint8)
    blurred = frame.point(table.ravel().tolist()).filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.1))))
    noise = rng.standard_normal((frame.height, frame.width, 3), np.float32)
    noise *= np.float32(rng.uniform(1, 6))
    noise += np.asarray(blurred)
    return Image.fromarray(np.clip(noise, 0, 255, out=noise).astype(np.uint8))
