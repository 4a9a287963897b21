"""Barcodes and QR codes on the thing that the model found, read within a share of the CPU."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from common.codes import MAX_CODES, Code, code_fault
from edge.picture.crop import Box, cut, within
from edge.picture.frame_types import Frame

# Part of the box's sides that is read beside the box: a code is often printed near a thing's edge.
_MARGIN = 0.15
# Time for which a code counts as seen after it was read: most frames are not read, and some are blurred.
HELD_S = 1.0
_MAX_CAMERAS = 256
# Time after its last frame for which a camera has its part of the CPU.
_ACTIVE_S = 10.0
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"https?://[^/?#@]+(?:[/?#]|$)", re.IGNORECASE)


class CodeDetector(Protocol):
    """Finds and reads codes in pictures."""

    def read(self, picture: Frame) -> list[Code]:
        """The codes in a picture BGR uint8 [height, width, 3], their boxes as shares of it."""


@dataclass(slots=True)
class _Camera:
    due_s: float = 0.0
    looked_s: float = 0.0
    codes: tuple[Code, ...] = ()
    read_at_s: float = 0.0


class CodeReader:
    """Reads the codes of some frames, so that it takes at most a share of one core."""

    def __init__(
        self,
        detector: CodeDetector,
        *,
        share: float,
        clock: Callable[[], float] = time.monotonic,
        cpu_clock: Callable[[], float] = time.thread_time,
    ) -> None:
        """`share` of one core, above 0, is divided among the cameras; `cpu_clock` is this thread's time."""
        self._detector, self._share = detector, share
        self._clock, self._cpu_clock = clock, cpu_clock
        self._cameras: dict[str, _Camera] = {}

    def read(self, picture: Frame, box: Box, *, thing: str, at_s: float) -> tuple[Code, ...]:
        """The codes that a camera sees in a picture's `box`, as of `at_s`, the time of the frame.

        Their boxes are shares of the picture. Those of a frame that is not read are those of the last one.
        """
        camera, now_s = self._camera(thing), self._clock()
        camera.looked_s = now_s
        if now_s >= camera.due_s:
            began_s = self._cpu_clock()
            found = tuple(self._found(picture, box))
            cost_s = self._cpu_clock() - began_s
            active = sum(now_s - each.looked_s < _ACTIVE_S for each in self._cameras.values())
            camera.due_s = now_s + cost_s * active / self._share
            if found:
                camera.codes, camera.read_at_s = found, at_s
        return camera.codes if abs(at_s - camera.read_at_s) <= HELD_S else ()

    def _camera(self, thing: str) -> _Camera:
        if thing not in self._cameras:
            if len(self._cameras) >= _MAX_CAMERAS:
                self._cameras.pop(next(iter(self._cameras)))
            self._cameras[thing] = _Camera()
        return self._cameras[thing]

    def _found(self, picture: Frame, box: Box) -> list[Code]:
        part = with_margin(box)
        found = [code for code in self._detector.read(cut(picture, part)) if may_be_sent(code)]
        # The largest first; one that is there twice counts once.
        codes: dict[str, Code] = {}
        for code in sorted(found, key=lambda code: code.box[2] * code.box[3], reverse=True):
            codes.setdefault(code.text, code)
        return [replace(code, box=within(code.box, part)) for code in list(codes.values())[:MAX_CODES]]


def with_margin(box: Sequence[float]) -> Box:
    """The box (x, y, w, h as shares) and a margin around it, inside the picture."""
    left, top, width, height = (float(share) for share in box)
    x, y = max(0.0, left - _MARGIN * width), max(0.0, top - _MARGIN * height)
    right, bottom = min(1.0, left + (1 + _MARGIN) * width), min(1.0, top + (1 + _MARGIN) * height)
    return x, y, max(right - x, 0.0), max(bottom - y, 0.0)


def may_be_sent(code: Code) -> bool:
    """Whether a code's text may leave the camera: one that can be of an item, and is no secret.

    QR codes with another scheme than the web's hold passwords of networks, people's addresses or keys. An
    address of the web with a user name may hold a password.
    """
    if code_fault(code.kind, code.text):
        return False
    return code.kind != "qr" or _SCHEME.match(code.text) is None or _WEB.match(code.text) is not None
