"""Pictures of the thing instead of the desk: a given picture is cut to the box of its thing, and then kept.

A taught picture, which a camera took, keeps a margin around the thing, which always lies in the same place
of it (THING_BOX), so that its vector can be made again from the kept file alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.box import WHOLE, Box
from services.core.errors import InputError
from services.core.ports import Featurizer, Picture

# The margin on each side of a taught thing, in shares of its box, for local features and for people.
MARGIN = 0.12
# The smallest width and height of a box in pixels.
MIN_SIDE_PX = 8
_SHARE = 1 / (1 + 2 * MARGIN)
THING_BOX: Box = ((1 - _SHARE) / 2, (1 - _SHARE) / 2, _SHARE, _SHARE)


@dataclass(frozen=True, slots=True)
class GivenPicture:
    """A picture file for an item; `taught` if a camera took it of the thing, and it was cut to the thing."""

    content: bytes
    taught: bool = False


Content = Callable[[], Sequence[GivenPicture]]
"""The pictures for an item, one at least; they may have to be fetched."""


@dataclass(frozen=True, slots=True)
class BoxCutter:
    """Cuts picture files to a box that is known."""

    # A picture file to uint8 [height, width, 3] in BGR, and such a picture to a JPEG file.
    decode: Callable[[bytes], tuple[Picture, str]]
    encode: Callable[[Picture], bytes]

    def given(self, content: bytes, box: Box, *, taught: bool) -> GivenPicture:
        """The part of a picture file in a box, a taught one with its margin; the file itself if it is all.

        Raises InputError if it is no picture.
        """
        if box == WHOLE:
            return GivenPicture(content, taught)
        picture, _suffix = self.decode(content)
        _check_size(picture, box)
        return GivenPicture(self.encode(cut_out(picture, box, margin=MARGIN * taught)), taught)

    def boxed(self, content: bytes, box: Box) -> GivenPicture:
        """The thing in a camera's picture file, in a box that a model found; InputError if it is none.

        A model may find a sliver where it is not sure of anything, as in an empty scene: it is grown.
        """
        high_px, wide_px = self.decode(content)[0].shape[:2]
        (left, width), (top, height) = _grown(box[0], box[2], wide_px), _grown(box[1], box[3], high_px)
        return self.given(content, (left, top, width, height), taught=True)


@dataclass(frozen=True, slots=True)
class CutOuts(BoxCutter):
    """Cuts picture files to their things."""

    featurizer: Featurizer

    def found(self, content: bytes) -> GivenPicture:
        """The thing that the model finds in a camera's picture file; raises InputError if it is none."""
        picture, _suffix = self.decode(content)
        _vectors, ((left, top, width, height),) = self.featurizer.look([picture])
        return self.boxed(content, (float(left), float(top), float(width), float(height)))


def cut_out(picture: Picture, box: Box, *, margin: float) -> Picture:
    """The part of a picture in a box, and around it a margin in shares of the box.

    Where the margin reaches over the picture's edge, the edge's pixels are repeated.
    """
    height, width = picture.shape[:2]
    columns = _around(box[0], box[2], width, margin)
    rows = _around(box[1], box[3], height, margin)
    return np.ascontiguousarray(picture[np.clip(rows, 0, height - 1)][:, np.clip(columns, 0, width - 1)])


def _check_size(picture: Picture, box: Box) -> None:
    height, width = picture.shape[:2]
    wide, high = round(box[2] * width), round(box[3] * height)
    if min(wide, high) < MIN_SIDE_PX:
        raise InputError(
            f"the box holds {wide} x {high} pixels of the picture; expected {MIN_SIDE_PX} or more a side"
        )


def _grown(start: float, share: float, size: int) -> tuple[float, float]:
    """Start and share of a side that is MIN_SIDE_PX long at least, around the same middle where it can."""
    grown = min(1.0, max(share, MIN_SIDE_PX / size))
    return min(max(0.0, start - (grown - share) / 2), 1.0 - grown), grown


def _around(start: float, share: float, size: int, margin: float) -> NDArray[np.int_]:
    """The numbers of the pixels from the start of a side to its end, one at least, and of its margins."""
    first = min(round(start * size), size - 1)
    end = max(first + 1, round((start + share) * size))
    more = round(margin * (end - first))
    return np.arange(first - more, end + more)
