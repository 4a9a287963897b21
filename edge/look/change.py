"""The place of a thing by what changed against the scene before it, in small pictures."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.picture.crop import Box
from edge.picture.frame_types import Frame

# Width and height of the compared pictures.
SIZE_PX = (160, 90)
Small = NDArray[np.float32]
"""A small picture, float32 [90, 160, 3] in BGR order."""

# Least difference in levels of 255 in any colour, and in times of the median one: a camera's noise is below.
_LEVELS, _TIMES_NOISE = 14.0, 5.0
# What light does not explain makes differences everywhere; with a threshold above this nothing can be told.
_MOST_LEVELS, _MOST_UNDER_LIGHT = 35.0, 50.0
# The degree of the polynomial that another light is; its fit takes each n-th pixel, and some rounds in which
# what it does not fit counts less and less.
_LIGHT_DEGREE, _LIGHT_STEP, _LIGHT_ROUNDS = 4, 4, 6
# Added to levels whose ratio is taken; least deviation, in logarithms, that makes a pixel count less.
_DARK, _LIGHT_NOISE = 16.0, 0.02
_SPECK_PX = 12
# An exposure that differs by more is another scene.
_LEAST_GAIN = 0.4
# A change of less than the one is a shadow, of more than the other another camera position or light.
_SMALLEST_SHARE, _LARGEST_SHARE = 0.01, 0.7
# Share of changed pixels in the found box: below the one the finder missed the thing, from the other on the
# box can be trimmed to them.
_MISSED, _ENOUGH = 0.05, 0.15


@dataclass(frozen=True, slots=True)
class Change:
    """The largest connected change, `mask` uint8 [90, 160] of all changes, and `box` of that one.

    It is `free` if it does not reach the picture's edge, as an arm or a person does.
    """

    mask: NDArray[np.uint8]
    box: Box
    free: bool


def small_of(picture: Frame) -> Small:
    """The picture made small and smooth."""
    # Every n-th pixel of a large picture is enough for a comparison.
    step = max(1, min(picture.shape[0] // (SIZE_PX[1] * 4), picture.shape[1] // (SIZE_PX[0] * 4)))
    small = cv2.resize(picture[::step, ::step], SIZE_PX, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), 1).astype(np.float32)


def changed(before: Small, now: Small) -> NDArray[np.uint8]:
    """The changed pixels, uint8 [90, 160] of 0 and 1; another exposure or tint of all is no change."""
    return _differing(before, now, np.median(now / np.maximum(before, 8), axis=(0, 1)))


def _differing(
    before: Small, now: Small, gain: NDArray[np.float32], *, most: float = _MOST_LEVELS
) -> NDArray[np.uint8]:
    """The changed pixels, where without a change a scene would be the one before times this gain."""
    difference = np.abs(now - before * gain).max(axis=2)
    level = max(_LEVELS, _TIMES_NOISE * float(np.median(difference)))
    typical = np.median(gain.reshape(-1, 3), axis=0)
    if level > most or not ((typical > _LEAST_GAIN) & (typical < 1 / _LEAST_GAIN)).all():
        return np.ones(now.shape[:2], np.uint8)
    differs = (difference > level).astype(np.uint8)
    mask = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8, copy=False))
    is_speck = stats[:, 4] < _SPECK_PX
    return (np.where(is_speck[labels], 0, labels) > 0).astype(np.uint8)


def change_of(before: Small, now: Small) -> Change | None:
    """The change between two scenes; None if there is none, or all has changed.

    Where a lamp was switched, or the sun came out, that is no change.
    """
    mask = _differing(before, now, light(before, now), most=_MOST_UNDER_LIGHT)
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats(mask)
    if len(stats) < 2 or not _SMALLEST_SHARE < mask.mean() < _LARGEST_SHARE:
        return None
    left, top, width, height, _area = (int(number) for number in stats[1 + int(stats[1:, 4].argmax())])
    wide, high = SIZE_PX
    free = left > 0 and top > 0 and left + width < wide and top + height < high
    return Change(mask, (left / wide, top / high, width / wide, height / high), free)


def thing_box(found: Box, change: Change | None) -> Box:
    """The box of a thing by the model's, and by what changed.

    Of the found box the part that changed is the thing, with all of a change that lies free. If hardly
    anything changed there, the model missed the thing.
    """
    if change is None:
        return found
    wide, high = SIZE_PX
    left, right = round(found[0] * wide), round((found[0] + found[2]) * wide)
    top, bottom = round(found[1] * high), round((found[1] + found[3]) * high)
    part = change.mask[top:bottom, left:right]
    share = float(part.mean()) if part.size else 0.0
    if share < (_ENOUGH if change.free else _MISSED):
        return change.box
    if share < _ENOUGH:
        return found
    rows, columns = np.nonzero(part)
    first_x, first_y = left + int(columns.min()), top + int(rows.min())
    width, height = int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
    trimmed = (first_x / wide, first_y / high, width / wide, height / high)
    return _both(trimmed, change.box) if change.free else trimmed


def light(before: Small, now: Small) -> NDArray[np.float32]:
    """The gain that light alone has made of a scene, float32 [90, 160, 3]: smooth, whatever came into it.

    A polynomial of the place is fitted to the logarithm of the ratio, by least squares in which pixels
    far from it count little: they are the thing.
    """
    shape = before.shape[:2]
    rows, columns = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    degrees = range(_LIGHT_DEGREE + 1)
    powers = [(i, j) for i in degrees for j in degrees if i + j <= _LIGHT_DEGREE]
    terms = np.stack([columns**i * rows**j for i, j in powers], axis=-1)
    step = slice(None, None, _LIGHT_STEP)
    ratios = np.log((now + _DARK) / (before + _DARK))[step, step].reshape(-1, 3)
    few = terms[step, step].reshape(-1, len(powers))
    off = np.abs(ratios - np.median(ratios, axis=0)).max(axis=1)
    fit = np.zeros((len(powers), 3))
    for _ in range(_LIGHT_ROUNDS):
        weights = 1 / (1 + (off / max(_LIGHT_NOISE, 2 * float(np.median(off)))) ** 2)
        fit = np.linalg.lstsq(few * weights[:, None], ratios * weights[:, None], rcond=None)[0]
        off = np.abs(ratios - few @ fit).max(axis=1)
    # No camera is brighter than white.
    lit = np.minimum((before + _DARK) * np.exp(terms @ fit) - _DARK, 255)
    return np.asarray(lit / np.maximum(before, 1), np.float32)


def _both(one: Box, other: Box) -> Box:
    """The smallest box that holds two."""
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top
