"""Local features of a picture, for a second look by geometry: their compact codec.

One byte of version, then 36 bytes a point: x and y as uint16 in 1/128 pixel of the described picture, whose
longest side has LONGEST_PX, then the 32 bytes of its ORB descriptor. Integers hold no NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 300
LONGEST_PX = 480
DESCRIPTOR_BYTES = 32
_VERSION = 1
_STEPS = 128  # a pixel
_POINT = np.dtype([("place", "<u2", (2,)), ("descriptor", "u1", (DESCRIPTOR_BYTES,))])
MAX_POINTS_BYTES = 1 + MAX_POINTS * _POINT.itemsize


class PointsError(ValueError):
    """Bytes that are no local features; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class LocalPoints:
    """`places` float32 [n, 2], x and y in pixels; `descriptors` uint8 [n, 32]; n at most MAX_POINTS."""

    places: NDArray[np.float32]
    descriptors: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.places)


NO_POINTS = LocalPoints(np.zeros((0, 2), np.float32), np.zeros((0, DESCRIPTOR_BYTES), np.uint8))


def encode_points(points: LocalPoints) -> bytes:
    """The bytes of local features, b"" for none; raises PointsError for what `decode_points` would refuse."""
    if not len(points):
        return b""
    if len(points) > MAX_POINTS:
        raise PointsError(f"{len(points)} points; expected at most {MAX_POINTS}")
    if not ((points.places >= 0) & (points.places <= LONGEST_PX)).all():
        raise PointsError(f"a point outside the picture; expected places from 0 to {LONGEST_PX} pixels")
    rows = np.empty(len(points), _POINT)
    rows["place"], rows["descriptor"] = np.rint(points.places * _STEPS), points.descriptors
    return bytes([_VERSION]) + rows.tobytes()


def decode_points(blob: bytes) -> LocalPoints:
    """Read what `encode_points` wrote; raises PointsError for anything else."""
    if not blob:
        return NO_POINTS
    if len(blob) > MAX_POINTS_BYTES:
        raise PointsError(f"{len(blob)} bytes; expected at most {MAX_POINTS_BYTES}")
    if blob[0] != _VERSION:
        raise PointsError(f"version {blob[0]}; expected {_VERSION}")
    count, rest = divmod(len(blob) - 1, _POINT.itemsize)
    if rest or not count:
        raise PointsError(f"{len(blob)} bytes; expected 1 and {_POINT.itemsize} for each point")
    rows = np.frombuffer(blob, _POINT, offset=1)
    if int(rows["place"].max()) > LONGEST_PX * _STEPS:
        raise PointsError(f"a point outside the picture; expected places from 0 to {LONGEST_PX} pixels")
    return LocalPoints(
        rows["place"].astype(np.float32) / np.float32(_STEPS), np.ascontiguousarray(rows["descriptor"])
    )
