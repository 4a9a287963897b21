"""Boxes: parts of pictures, as shares of their width and height."""

from __future__ import annotations

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of a picture."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
# A box that was rounded may reach this far over the edge.
_ROUNDING = 1e-3
_EXPECTED = "left,top,width,height inside 0 to 1, with some area"


def parse_box(text: str) -> Box:
    """Read a box such as 0.25,0,0.5,1; ValueError for another text."""
    try:
        left, top, width, height = (float(part) for part in text.split(","))
    except ValueError:
        raise ValueError("expected left,top,width,height such as 0.25,0,0.5,1") from None
    return checked_box((left, top, width, height))


def checked_box(box: Box) -> Box:
    """The box without what rounding put over the edge; ValueError for one that is no part of a picture."""
    left, top, width, height = box
    inside = 0 <= left < 1 and 0 <= top < 1
    # Written so that NaN is refused too.
    if not (inside and 0 < width <= 1 - left + _ROUNDING and 0 < height <= 1 - top + _ROUNDING):
        raise ValueError(f"expected shares of the picture: {_EXPECTED}")
    return left, top, min(width, 1 - left), min(height, 1 - top)
