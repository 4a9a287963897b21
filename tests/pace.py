"""Limits in seconds that mean the same on a machine that is slower, or busy with other work."""

import os
import time

# What `_work` takes on the machine that the limits were set on, when that has nothing else to do.
_REFERENCE_S = 0.1
_ROUNDS = 3_000_000


def limit_s(seconds: float) -> float:
    """How long something may take now that may take `seconds` there, never less."""
    return seconds * _slowness()


class Deadline:
    """The end of `seconds`, which a slow machine comes to later."""

    def __init__(self, seconds: float) -> None:
        self._began_s = time.monotonic()
        self._seconds = self._allowed_s = seconds

    def is_over(self) -> bool:
        """Whether the time has passed; how slow the machine is, is measured only when it seems to have."""
        passed_s = time.monotonic() - self._began_s
        if passed_s > self._allowed_s:
            self._allowed_s = max(self._allowed_s, limit_s(self._seconds))
        return passed_s > self._allowed_s


def _slowness() -> float:
    """By a fixed piece of work and by how many programs shared a core in the last minute; at least 1."""
    began_s = time.monotonic()
    _work()
    speed = (time.monotonic() - began_s) / _REFERENCE_S
    return max(1.0, speed, os.getloadavg()[0] / (os.cpu_count() or 1))


def _work() -> int:
    total = 0
    for number in range(_ROUNDS):
        total += number & 7
    return total
