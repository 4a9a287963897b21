"""Describes a picture by local features (ORB) for a second look; edge and services use it alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from common.local_points import LONGEST_PX, MAX_POINTS, NO_POINTS, LocalPoints, encode_points

# Beyond the box of the thing, as a share of its longer side: the finder may have cut an edge off.
MARGIN = 0.12
# Fewer points than these settle nothing.
FEWEST = 8
_SCALE, _LEVELS, _EDGE_PX, _PATCH_PX, _FAST = 1.2, 8, 15, 31, 12
# A thing is told from its ground in a picture of that longest side; it fills at least this share of its box.
_MASK_PX, _MASK_STEPS, _LEAST_SHARE = 128, 2, 0.08
# Where it can't be told, the ellipse that reaches this far across its box stands for it.
_ELLIPSE = 0.85
_SEED = 1


class OrbDescriber:
    """Describes pictures, one at a time; it runs in the caller's thread alone."""

    def __init__(self) -> None:
        # A process-wide setting: OpenCV's own threads would compete with those of model and search.
        cv2.setNumThreads(1)

    def describe(self, picture: NDArray[np.uint8], box: Sequence[float] | None = None) -> bytes:
        """The encoded local features of a picture, BGR uint8 [height, width, 3]; b"" if it has hardly any.

        `box` is the place of the thing, x, y, w, h as shares: it is described with a margin around it.
        """
        grey = _grey(picture if box is None else _with_margin(picture, box))
        return _described(grey, None)

    def describe_thing(self, picture: NDArray[np.uint8], box: Sequence[float]) -> bytes:
        """The encoded local features of the thing in a box alone, of a picture cut close around the box.

        The desk beside it would fit every later frame of the same desk.
        """
        grey = _grey(picture)
        mask = cv2.resize(_thing(picture, box), grey.shape[::-1], interpolation=cv2.INTER_NEAREST)
        return _described(grey, np.asarray(mask, np.uint8))


def _described(grey: NDArray[np.uint8], mask: NDArray[np.uint8] | None) -> bytes:
    """The encoded points of a picture, where the mask is not 0."""
    if min(grey.shape) <= 2 * _EDGE_PX:  # no point is that far from an edge
        return encode_points(NO_POINTS)
    # Made for each call, as an ORB may not be shared by threads; that takes microseconds.
    orb = cv2.ORB.create(
        nfeatures=MAX_POINTS,
        scaleFactor=_SCALE,
        nlevels=_LEVELS,
        edgeThreshold=_EDGE_PX,
        patchSize=_PATCH_PX,
        fastThreshold=_FAST,
    )
    keypoints, descriptors = orb.detectAndCompute(grey, mask)
    if descriptors is None or len(keypoints) < FEWEST:
        return encode_points(NO_POINTS)
    # Of points of equal strength ORB gives more than it was asked for.
    places = np.array([keypoint.pt for keypoint in keypoints[:MAX_POINTS]], np.float32)
    return encode_points(LocalPoints(places, descriptors[:MAX_POINTS].astype(np.uint8)))


def _thing(picture: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8]:
    """255 where the thing in the box is, by its colours against those around the box (GrabCut), else 0."""
    scale = _MASK_PX / max(picture.shape[:2])
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    left, top = round(box[0] * width), round(box[1] * height)
    wide, high = round(box[2] * width), round(box[3] * height)
    if wide * high and (wide, high) != (width, height):
        cv2.setRNGSeed(_SEED)  # of this thread
        labels = np.zeros((height, width), np.uint8)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        cv2.grabCut(small, labels, (left, top, wide, high), *models, _MASK_STEPS, cv2.GC_INIT_WITH_RECT)
        thing = labels % 2 * 255  # GC_FGD and GC_PR_FGD
        if np.count_nonzero(thing) >= _LEAST_SHARE * wide * high:
            return np.asarray(thing, np.uint8)
    mask = np.zeros((height, width), np.uint8)
    middle = left + wide // 2, top + high // 2
    axes = max(1, round(wide / 2 * _ELLIPSE)), max(1, round(high / 2 * _ELLIPSE))
    return np.asarray(cv2.ellipse(mask, middle, axes, 0, 0, 360, 255, -1), np.uint8)


def _grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in grey, with a longest side of LONGEST_PX."""
    height, width = picture.shape[:2]
    scale = LONGEST_PX / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=how), cv2.COLOR_BGR2GRAY)
    return np.asarray(grey, np.uint8)


def _with_margin(picture: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    x, y, w, h = box
    more = max(w, h) * MARGIN
    left = min(int(max(0.0, x - more) * width), width - 1)
    top = min(int(max(0.0, y - more) * height), height - 1)
    right = math.ceil(min(1.0, x + w + more) * width)
    bottom = math.ceil(min(1.0, y + h + more) * height)
    return picture[top : max(bottom, top + 1), left : max(right, left + 1)]
