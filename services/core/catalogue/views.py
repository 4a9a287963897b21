"""The recipe of views, by which an item is found.

They depend on the item's own picture alone, so that importing it again gives the same vectors. Here are the
recipe's version, its numbers and its geometry; an adapter draws the pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from services.core.domain import Item
from services.core.ports import Picture

# Vectors are of a model and of this version. Raise it with any change to the views that a picture
# file gives, in this module or in the adapters that decode it and draw them; a test knows what each version
# makes. Items of an older version stay searchable, and `lookalike index rebuild` makes their vectors again.
RECIPE = 2

# Turned left and right, in degrees. Views seen from the side were tried, and found nothing more.
TURNS = (-18.0, 18.0)
VIEWS = 1 + len(TURNS)
# Pixels a side at most of a view that is not the picture itself.
LONGEST_PX = 640
MASK_PX = 96
# A pixel within this distance of the ground's colour, in the channel that differs most, is ground.
_GROUND_TOLERANCE = 20
# What remains around the thing that a view is cut to, as a share of its longer side.
THING_MARGIN = 0.04
# Smallest and largest share of the mask; outside them no thing was found, and the whole picture is taken.
_SMALLEST_SHARE, _LARGEST_SHARE = 0.02, 0.95


# A picture to its views.
Shots = Callable[[Picture], list[Picture]]
Corners = NDArray[np.float64]


def taught_rows(item: Item) -> NDArray[np.bool_]:
    """Which of the item's vectors are of its taught pictures, bool [views]; none if that can't be known.

    The vectors lie picture by picture: a taught picture has one, from recipe 2 on, and the others have
    equally many.
    """
    taught = set(item.taught)
    of_picture = [key in taught for key in item.pictures]
    others = of_picture.count(False)
    each, rest = divmod(len(item.vectors) - of_picture.count(True), others) if others else (0, 0)
    rows = np.repeat(of_picture, [1 if is_taught else max(each, 0) for is_taught in of_picture])
    if item.recipe == 1 or rest or len(rows) != len(item.vectors):
        return np.zeros(len(item.vectors), np.bool_)
    return rows


def ground_colour(pixels: NDArray[np.uint8]) -> tuple[int, int, int]:
    """The median of the border of uint8 [height, width, 3], in the order of its channels."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    first, second, third = (int(value) for value in np.median(border, axis=0))
    return first, second, third


def corners(size: tuple[int, int]) -> Corners:
    """Top left, top right, bottom right, bottom left of a width and height: float64 [4, 2] of x and y."""
    width, height = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float)


def view_corners(size: tuple[int, int], degrees: float) -> Corners:
    """The corners of a picture in a view of it that is turned."""
    radians = math.radians(degrees)
    turn = np.array([[math.cos(radians), -math.sin(radians)], [math.sin(radians), math.cos(radians)]])
    middle = np.array(size) / 2
    return np.asarray((corners(size) - middle) @ turn.T * 0.85 + middle)


def thing_box(pixels: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the thing with THING_MARGIN, as shares of the picture."""
    rows, columns = np.nonzero(thing_mask(pixels))
    height, width = pixels.shape[:2]
    left, right = columns.min() / width, (columns.max() + 1) / width
    top, bottom = rows.min() / height, (rows.max() + 1) / height
    margin = THING_MARGIN * max(right - left, bottom - top)
    return (
        max(0.0, left - margin),
        max(0.0, top - margin),
        min(1.0, right + margin),
        min(1.0, bottom + margin),
    )


def perspective(size: tuple[int, int], target: Corners) -> list[float]:
    """The eight coefficients that take a pixel of the target back to its source, a picture of this size."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(target, corners(size), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    coefficients: list[float] = np.linalg.solve(np.array(rows), np.array(wanted)).tolist()
    return coefficients


def thing_mask(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """The pixels of uint8 [height, width, 3] that are no plain ground; all if no thing is found."""
    distance = np.abs(pixels.astype(np.int16) - ground_colour(pixels)).max(axis=2)
    thing = ~_reached_from_border(distance <= _GROUND_TOLERANCE)
    if not _SMALLEST_SHARE < thing.mean() < _LARGEST_SHARE:
        thing[:] = True
    return thing


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
