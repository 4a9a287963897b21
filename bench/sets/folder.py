"""A set's folder: catalogue.csv, truth.csv with the true boxes, and the pictures of both."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
# Left, top, right and bottom of the thing in shares of the frame.
Sides = tuple[float, float, float, float]
TRUTH = ("frame", "id", "difficulty", "x0", "y0", "x1", "y1")


class SetFolder:
    """Writes a set; it is whole once truth.csv is there, which is written last."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._items: list[tuple[str, str, str]] = []
        self._frames: list[tuple[object, ...]] = []
        for part in ("catalogue", "frames"):
            (place / part).mkdir(parents=True, exist_ok=True)

    def add_item(self, item_id: str, title: str, picture: Image) -> None:
        """An item of the catalogue with its picture, BGR."""
        name = f"catalogue/{item_id}.jpg"
        _write(self._place / name, picture, quality=95)
        self._items.append((item_id, title, name))

    def add_frame(
        self, name: str, frame: Image, *, shows: str, difficulty: str, sides: Sides, quality: int
    ) -> None:
        """A frame, BGR, of the item `shows`, empty for a stranger."""
        path = f"frames/{name}.jpg"
        _write(self._place / path, frame, quality=quality)
        self._frames.append((path, shows, difficulty, *(round(side, 5) for side in sides)))

    def close(self) -> None:
        """Write both tables."""
        self._write_table("catalogue.csv", ("id", "title", "image"), self._items)
        self._write_table("truth.csv", TRUTH, self._frames)

    def _write_table(
        self, name: str, head: tuple[str, ...], rows: list[tuple[str, str, str]] | list[tuple[object, ...]]
    ) -> None:
        with (self._place / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *rows])


def sides_of(alpha: Image) -> Sides:
    """The smallest box around what can be seen in an alpha channel."""
    ys, xs = np.nonzero(alpha > 40)
    height, width = alpha.shape
    return (
        float(xs.min() / width),
        float(ys.min() / height),
        float((xs.max() + 1) / width),
        float((ys.max() + 1) / height),
    )


def _write(path: Path, image: Image, *, quality: int) -> None:
    # cv2.imwrite tells nothing of why it failed.
    encoded, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert encoded, path
    path.write_bytes(content.tobytes())
