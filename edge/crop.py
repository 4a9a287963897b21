"""Which part of a frame is looked at."""

from edge.domain import Frame

Box = tuple[float, float, float, float]


def centre_square(frame: Frame) -> tuple[Frame, Box]:
    """Return the largest square in the frame's middle (a view, no copy) and its x, y, w, h as shares.

    An item is held up to the middle of the picture, so the sides of a wide frame are mostly desk.
    """
    height, width = frame.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    box = (left / width, top / height, side / width, side / height)
    return frame[top : top + side, left : left + side], box
