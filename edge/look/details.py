"""The search's asks for local features, and the port of what computes them."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from common.wire import DETAILS_EVERY_S
from edge.picture.frame_types import Frame

# Age with which an ask is dropped: the scene that it was about has gone.
_WORTH_S = 2.0
_MAX_CAMERAS = 256


class FrameDescriber(Protocol):
    """Describes pictures by local features."""

    def describe(self, picture: Frame, box: Sequence[float] | None = None) -> bytes:
        """The encoded local features of a picture's `box` (x, y, w, h as shares) and a margin around it."""


class DetailsAsks:
    """The cameras whose next frame is to be sent with local features, each at most once a second.

    `ask` may come from another thread.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asked_s: dict[str, float] = {}
        self._sent_s: dict[str, float] = {}

    def ask(self, thing: str) -> None:
        """The search wants local features of this camera; an ask too soon after the last is ignored."""
        now_s = self._clock()
        with self._lock:
            if now_s - self._sent_s.get(thing, float("-inf")) >= DETAILS_EVERY_S:
                self._asked_s[thing] = now_s
                _bound(self._asked_s)

    def due(self, thing: str) -> bool:
        """Whether this camera's frame is to have local features; it counts as sent then."""
        if not self._asked_s:
            return False
        now_s = self._clock()
        with self._lock:
            asked_s = self._asked_s.pop(thing, None)
            if asked_s is None or now_s - asked_s > _WORTH_S:
                return False
            self._sent_s.pop(thing, None)
            self._sent_s[thing] = now_s
            _bound(self._sent_s)
            return True


def _bound(times_s: dict[str, float]) -> None:
    if len(times_s) > _MAX_CAMERAS:
        times_s.pop(next(iter(times_s)))
