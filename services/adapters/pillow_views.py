"""Drawing of views with Pillow, by the recipe in services/core/catalogue/views.py."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from services.core.catalogue.views import (
    LONGEST_PX,
    MASK_PX,
    TURNS,
    Corners,
    ground_colour,
    perspective,
    thing_box,
    view_corners,
)
from services.core.ports import Picture


def views(picture: Picture) -> list[Picture]:
    """The thing as it is, then turned a little, each cut to it: BGR uint8, turned ones at most LONGEST_PX."""
    whole = _image(picture)
    small = whole.copy()
    small.thumbnail((LONGEST_PX, LONGEST_PX))
    ground = ground_colour(np.asarray(small))
    targets = [view_corners(small.size, degrees) for degrees in TURNS]
    turned = [_warped(small, target, small.size, fill=ground) for target in targets]
    return [_bgr(_cut(image)) for image in (whole, *turned)]


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
