"""The part of a frame that the model gets, and the place in the frame where it looked."""

from common.box import WHOLE as WHOLE
from common.box import Box as Box
from edge.picture.frame_types import Frame


def cut(frame: Frame, region: Box) -> Frame:
    """Return the part of a frame (a view, no copy) that a region covers, at least one pixel of it."""
    height, width = frame.shape[:2]
    left, top, w, h = region
    x, y = min(round(left * width), width - 1), min(round(top * height), height - 1)
    right, bottom = max(x + 1, round((left + w) * width)), max(y + 1, round((top + h) * height))
    return frame[y:bottom, x:right]


def centre_square(width: int, height: int) -> Box:
    """Return the largest square in the middle, for a model that does not find the thing by itself.

    An item is held up to the middle of the picture, so the sides of a wide frame are mostly desk.
    """
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    return left / width, top / height, side / width, side / height


def given_to_model(frame: Frame, region: Box = WHOLE, *, finds: bool) -> tuple[Frame, Box]:
    """Return the part of a frame that a model gets, and its place as shares of the frame.

    All of the region for a model that finds the thing by itself, else the region's middle square.
    """
    picture = cut(frame, region)
    if finds:
        return picture, region
    square = centre_square(picture.shape[1], picture.shape[0])
    return cut(picture, square), within(square, region)


def within(box: Box, region: Box) -> Box:
    """Return a box of shares of a region as shares of the whole frame."""
    return (
        region[0] + box[0] * region[2],
        region[1] + box[1] * region[3],
        box[2] * region[2],
        box[3] * region[3],
    )
