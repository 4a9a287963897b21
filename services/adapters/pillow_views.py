"""Drawing of views and probes with Pillow, by the recipe in services/core/catalogue/views.py."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from services.core.catalogue.views import (
    BOX_ERROR,
    FRAME_PX,
    LONGEST_PX,
    MASK_PX,
    PROBES,
    TURNS,
    Corners,
    Drawn,
    ground_colour,
    perspective,
    probe_seed,
    thing_box,
    thing_mask,
    turned_corners,
    view_corners,
)
from services.core.ports import Boxes, Picture

# Alpha from which a pixel belongs to the thing's box, and the least side of a box in a frame.
_SEEN, _LEAST_PX = 40, 16

Floats = NDArray[np.float32]


def shots(picture: Picture) -> Drawn:
    """The views of a picture, its own first, and its probes."""
    return Drawn(views(picture), *probes(picture, count=PROBES))


def views(picture: Picture) -> list[Picture]:
    """The thing as it is, then turned a little, each cut to it: BGR uint8, turned ones at most LONGEST_PX."""
    whole = _image(picture)
    small = whole.copy()
    small.thumbnail((LONGEST_PX, LONGEST_PX))
    ground = ground_colour(np.asarray(small))
    targets = [view_corners(small.size, degrees) for degrees in TURNS]
    turned = [_warped(small, target, small.size, fill=ground) for target in targets]
    return [_bgr(_cut(image)) for image in (whole, *turned)]


def probes(picture: Picture, *, count: int) -> tuple[list[Picture], Boxes]:
    """Made-up camera frames of the thing, over other grounds and in other light, and its box in each.

    Frames are BGR uint8 [360, 640, 3], boxes float32 [count, 4].
    """
    rng = np.random.default_rng(probe_seed(picture))
    thing = _cut_out(_image(picture))
    shown = [_shown(thing, _desk(rng), rng) for _ in range(count)]
    return [_bgr(_camera(frame, rng)) for frame, _ in shown], np.array([box for _, box in shown], np.float32)


def _cut(image: Image.Image) -> Image.Image:
    """The part of an image that shows the thing."""
    left, top, right, bottom = thing_box(np.asarray(image.resize((MASK_PX, MASK_PX), Image.Resampling.BOX)))
    width, height = image.size
    return image.crop(
        (int(left * width), int(top * height), math.ceil(right * width), math.ceil(bottom * height))
    )


def _image(picture: Picture) -> Image.Image:
    height, width, _ = picture.shape
    return Image.frombytes("RGB", (width, height), picture.tobytes(), "raw", "BGR")


def _bgr(image: Image.Image) -> Picture:
    # Pillow swaps the channels several times as fast as a copy of a reversed view does.
    pixels = image.convert("RGB").tobytes("raw", "BGR")
    return np.frombuffer(pixels, np.uint8).reshape(image.height, image.width, 3)


def _warped(
    image: Image.Image, target: Corners, size: tuple[int, int], *, fill: tuple[int, ...]
) -> Image.Image:
    """The image with its corners moved to the target, in perspective."""
    return image.transform(
        size,
        Image.Transform.PERSPECTIVE,
        perspective(image.size, target),
        Image.Resampling.BILINEAR,
        fillcolor=fill,
    )


def _cut_out(image: Image.Image) -> Image.Image:
    """The thing as RGBA without its ground if that is plain, else the whole picture."""
    image.thumbnail((LONGEST_PX, LONGEST_PX))
    thing = thing_mask(np.asarray(image.resize((MASK_PX, MASK_PX))))
    mask = Image.fromarray((thing * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR)
    result = image.copy()
    result.putalpha(mask.point(lambda value: max(0, min(255, (value - 96) * 4))))
    return result.crop(mask.getbbox() or (0, 0, *image.size))


def _smooth(rng: np.random.Generator, size: tuple[int, int], cells: int) -> Floats:
    """Smooth noise of `cells` cells a side, float32 [height, width], of deviation about 1."""
    noise = rng.standard_normal((cells, cells), np.float32)
    return np.asarray(Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC))


def _levels(channel: Floats) -> Image.Image:
    return Image.fromarray(np.clip(channel, 0, 255, out=channel).astype(np.uint8))


def _colour(rng: np.random.Generator, spread: float) -> Floats:
    return np.clip(rng.uniform(30, 225) + rng.normal(0, spread, 3), 0, 255).astype(np.float32)


def _desk(rng: np.random.Generator) -> Image.Image:
    """A ground of some colour and grain with a few shapes on it, out of focus."""
    coarse, fine = (
        _smooth(rng, FRAME_PX, int(cells)) for cells in (rng.integers(2, 8), rng.integers(30, 120))
    )
    grain = coarse * rng.uniform(5, 30) + fine * rng.uniform(0, 12)
    desk = Image.merge("RGB", [_levels(grain + level) for level in _colour(rng, 20)])
    draw = ImageDraw.Draw(desk)
    width, height = FRAME_PX
    for _ in range(rng.integers(0, 12)):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        colour = tuple(int(value) for value in _colour(rng, 45))
        points = [(x + dx, y + dy) for dx, dy in rng.normal(0, 0.08 * width, (int(rng.integers(3, 6)), 2))]
        if rng.random() < 0.4:
            draw.line(points[:2], fill=colour, width=int(rng.integers(1, 7)))
        else:
            draw.polygon(points, fill=colour)
    return desk.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 2.5))))


def _shown(
    thing: Image.Image, desk: Image.Image, rng: np.random.Generator
) -> tuple[Image.Image, list[float]]:
    """The thing before the desk, at a random size, place, turn and tilt, partly covered at times; its box."""
    middle = np.array(desk.size) / 2
    scale = rng.uniform(0.4, 0.9) * desk.height / max(thing.size)
    target = turned_corners(thing.size, rng.uniform(-25, 25)) * scale + middle + rng.uniform(-45, 45, 2)
    target += rng.uniform(-0.1, 0.1, (4, 2)) * max(thing.size) * scale
    layer = _warped(thing, target, desk.size, fill=(0, 0, 0, 0))
    desk.paste(layer, (0, 0), layer)
    if rng.random() < 0.3:
        reach = rng.uniform(0.1, 0.25, 2) * max(thing.size) * scale
        x, y = target.mean(axis=0) + rng.uniform(-0.35, 0.35, 2) * max(thing.size) * scale
        hand = tuple(int(value) for value in _colour(rng, 30))
        ImageDraw.Draw(desk).ellipse((x - reach[0], y - reach[1], x + reach[0], y + reach[1]), fill=hand)
    return desk, _roughly(layer.getchannel("A").point(lambda alpha: 255 * (alpha > _SEEN)).getbbox(), rng)


def _roughly(sides: tuple[int, int, int, int] | None, rng: np.random.Generator) -> list[float]:
    """About the box of these sides, as left, top, width and height in shares; all of the frame for none."""
    left, top, right, bottom = sides or (0, 0, *FRAME_PX)
    off = rng.uniform(-BOX_ERROR, BOX_ERROR, 4) * max(right - left, bottom - top)
    size = np.array(FRAME_PX)
    start = np.clip(np.array([left, top]) + off[:2], 0, size - _LEAST_PX)
    end = np.clip(np.array([right, bottom]) + off[2:], start + _LEAST_PX, size)
    return [*(start / size), *((end - start) / size)]


def _camera(frame: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The image in another light and white balance, lighter on one side, with blur, noise and JPEG's loss."""
    light, ground = np.float32(rng.uniform(0.55, 1.25)), np.float32(rng.uniform(-20, 20))
    balance = rng.uniform(0.88, 1.12, 3).astype(np.float32)
    # Each channel by a table, in which each of its 256 levels becomes another one.
    levels = np.arange(256, dtype=np.float32) * light + ground
    table = np.clip(levels * balance[:, np.newaxis], 0, 255).astype(np.uint8)
    blurred = frame.point(table.ravel().tolist()).filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 1.1))))
    # One plane for all channels, moved: drawing noise is what costs most here.
    plane = rng.standard_normal((frame.height, frame.width), np.float32) * np.float32(rng.uniform(1, 6))
    noise = np.stack([plane, np.roll(plane, 7, axis=0), np.roll(plane, 11, axis=1)], axis=2)
    # Light falls in from somewhere: a slope over the frame, by up to a quarter up or down.
    slope = rng.uniform(-0.25, 0.25, 2).astype(np.float32)
    across = np.linspace(-slope[0], slope[0], frame.width, dtype=np.float32)
    down = np.linspace(-slope[1], slope[1], frame.height, dtype=np.float32)
    noise += np.asarray(blurred) * (1 + (across + down[:, np.newaxis]) / 2)[:, :, np.newaxis]
    return _as_jpeg(Image.fromarray(np.clip(noise, 0, 255, out=noise).astype(np.uint8)), rng)


def _as_jpeg(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(rng.integers(50, 95)))
    return Image.open(file)
