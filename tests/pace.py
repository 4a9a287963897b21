"""Time limits in seconds that mean the same on a slower or busy machine."""

import os
import time

# Seconds that `_work` takes on the idle machine for which the limits were set.
_REFERENCE_S = 0.1
_ROUNDS = 3_000_000
# What hangs is to be found on any machine.
_SLOWEST = 12.0


def limit_s(seconds: float) -> float:
    """The limit on this machine, now, for work of `seconds` on that one; never less."""
    return seconds * _slowness()


class Deadline:
    """The end of `seconds`, which comes later on a slow machine."""

    def __init__(self, seconds: float) -> None:
        self._began_s = time.monotonic()
        self._seconds = self._allowed_s = seconds

    def is_over(self) -> bool:
        """Whether the time has passed; the machine's slowness is measured only when it seems to have."""
        passed_s = time.monotonic() - self._began_s
        if passed_s > self._allowed_s:
            self._allowed_s = max(self._allowed_s, limit_s(self._seconds))
        return passed_s > self._allowed_s


def _slowness() -> float:
    """Slowness, 1 to _SLOWEST: from a fixed piece of work, and the programs per core in the last minute."""
    began_s = time.monotonic()
    _work()
    speed = (time.monotonic() - began_s) / _REFERENCE_S
    return min(_SLOWEST, max(1.0, speed, os.getloadavg()[0] / (os.cpu_count() or 1)))


def _work() -> int:
    total = 0
    for number in range(_ROUNDS):
        total += number & 7
    return total
