"""A pace for each camera: what may be done for one at most once in a while."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

# Names of cameras may be invented.
_MAX_CAMERAS = 1024


class Pace:
    """Allows something once in `every_s` seconds a camera; safe to use from several threads."""

    def __init__(self, every_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s, self._clock = every_s, clock
        self._lock = threading.Lock()
        # Cameras in the order of their last times (monotonic seconds).
        self._last_s: OrderedDict[str, float] = OrderedDict()

    def allows(self, thing: str) -> bool:
        """Whether it may be done for this camera now; it counts as done then."""
        now_s = self._clock()
        with self._lock:
            if now_s - self._last_s.get(thing, -math.inf) < self._every_s:
                return False
            self._last_s[thing] = now_s
            self._last_s.move_to_end(thing)
            if len(self._last_s) > _MAX_CAMERAS:
                self._last_s.popitem(last=False)
            return True

    def rest(self, thing: str, *, for_s: float) -> None:
        """Allow nothing for this camera for some seconds."""
        with self._lock:
            self._last_s[thing] = self._clock() + for_s - self._every_s
            self._last_s.move_to_end(thing)
