"""The display matrix of a video: how a player has to turn and mirror its frames."""

import struct

import numpy as np

from edge.picture.frame_types import Frame

_NINE_INTS = struct.Struct("=9i")


def upright(picture: Frame, matrix: bytes | None) -> Frame:
    """Turn and mirror a picture as its matrix (nine int32 as FFmpeg gives them; None: not at all) says.

    An angle between two quarter turns counts as the nearer one.
    """
    if matrix is None or len(matrix) != _NINE_INTS.size:
        return picture
    # A point goes to (x * across + y * c, x * b + y * down), with y growing downwards.
    across, b, _, c, down, *_ = _NINE_INTS.unpack(matrix)
    if abs(b) + abs(c) > abs(across) + abs(down):
        picture, across, down = picture.transpose(1, 0, 2), c, b
    if across < 0:
        picture = picture[:, ::-1]
    if down < 0:
        picture = picture[::-1]
    return np.ascontiguousarray(picture)
