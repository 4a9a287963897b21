"""The change gate: a frame that looks like the last one sent need not be embedded."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.picture.frame_types import Frame

# Frames are compared in a grid of cells: an item covers several of them, and the mean of a cell's pixels is
# free of a camera's noise.
_COLUMNS, _ROWS = 48, 27
# Threshold in levels of 255, in any colour: more than noise and pulsing key frames, less than a moved edge.
_CELL_DIFFERS = 8
_CELLS_DIFFER = 2
# Time after the last change for which frames pass: they agree on a verdict, and the last may be blurred.
SETTLE_S = 1.0


class Gate:
    """Lets a camera's changing frames pass, and one of a still scene each `heartbeat_s` (0: all of them)."""

    def __init__(self, *, heartbeat_s: float) -> None:
        self._heartbeat_s = heartbeat_s
        self._passed: NDArray[np.int16] | None = None
        self._passed_s = self._changed_s = 0.0

    def passes(self, picture: Frame, *, at_s: float) -> bool:
        """Whether a picture uint8 [height, width, 3] is worth a look; `at_s`: when it was read."""
        if not self._heartbeat_s:
            self._changed_s = at_s
            return True
        cells = _cells(picture)
        changed = self._passed is None or _differ(cells, self._passed)
        if changed:
            self._changed_s = at_s
        settling = self.still_s(at_s) <= SETTLE_S
        # A clock that was set back must not silence the camera.
        if not settling and 0 <= at_s - self._passed_s < self._heartbeat_s:
            return False
        self._passed, self._passed_s = cells, at_s
        return True

    def still_s(self, at_s: float) -> float:
        """For how many seconds the scene has been the same."""
        return max(0.0, at_s - self._changed_s)


def _cells(picture: Frame) -> NDArray[np.int16]:
    # Every n-th pixel of a large picture is enough, and ten times as fast as a mean of all.
    step = max(1, min(picture.shape[0] // (_ROWS * 8), picture.shape[1] // (_COLUMNS * 8)))
    small = cv2.resize(picture[::step, ::step], (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA)
    return small.astype(np.int16)


def _differ(a: NDArray[np.int16], b: NDArray[np.int16]) -> bool:
    cells = (np.abs(a - b) > _CELL_DIFFERS).any(axis=2)
    return int(cells.sum()) >= _CELLS_DIFFER
