"""A test pattern, for trying the whole system without a camera."""

import threading
import time
from collections.abc import Generator

import cv2
import numpy as np

from edge.cameras.sources.base import Pace
from edge.picture.frame_types import Frame

_WIDTH_PX, _HEIGHT_PX, _FPS = 640, 480, 25.0
_BLOCK_PX, _STEP_PX = 96, 4
_TOP_PX = _HEIGHT_PX - 2 * _BLOCK_PX
_INK = (40, 40, 40)
_BLOCK = (60, 80, 240)
_BARS = (
    (235, 235, 235),
    (40, 220, 230),
    (220, 220, 60),
    (80, 200, 80),
    (200, 80, 200),
    (70, 70, 220),
    (210, 90, 60),
)


class PatternSource:
    """Coloured bars, a moving block, the time of day and the number of the frame."""

    name = "test pattern"

    def __init__(self, *, fast: bool = False) -> None:
        self.waits = fast

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield 25 frames a second."""
        bars = _draw_bars()
        pace = Pace(0 if self.waits else 1 / _FPS)
        index = 0
        while not stop.is_set():
            if pace.wait(index, stop):
                yield _draw(bars, index)
            index += 1


def _draw_bars() -> Frame:
    bar_of_column = np.arange(_WIDTH_PX) * len(_BARS) // _WIDTH_PX
    return np.tile(np.array(_BARS, np.uint8)[bar_of_column], (_HEIGHT_PX, 1, 1))


def _draw(bars: Frame, index: int) -> Frame:
    frame = bars.copy()
    way_px = _WIDTH_PX - _BLOCK_PX
    # Left to right and back.
    left = way_px - abs(index * _STEP_PX % (2 * way_px) - way_px)
    frame[_TOP_PX : _TOP_PX + _BLOCK_PX, left : left + _BLOCK_PX] = _BLOCK
    _write(frame, time.strftime("%H:%M:%S"), 100, 2.5)
    _write(frame, f"test pattern {index}", 170, 1.0)
    return frame


def _write(frame: Frame, text: str, bottom_px: int, scale: float) -> None:
    cv2.putText(frame, text, (24, bottom_px), cv2.FONT_HERSHEY_SIMPLEX, scale, _INK, round(2 * scale))
