"""The load of a search process: whether more messages come than it answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

# What is looked at: messages of the last seconds, and their number from which on they say something.
WINDOW_S, LEAST_MESSAGES = 5, 40
# It is overloaded if more than this share fell unread to a newer one of their camera.
FALLEN_SHARE = 0.25


class Load:
    """Counts messages by the second; safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Messages that came, and that fell unread, in each of the last seconds.
        self._seconds: dict[int, list[int]] = {}

    def note(self, *, fell: bool) -> None:
        """A message came, for which one `fell` or not."""
        second = int(self._clock())
        with self._lock:
            counts = self._seconds.get(second)
            if counts is None:
                self._seconds = {at: kept for at, kept in self._seconds.items() if at > second - WINDOW_S}
                counts = self._seconds[second] = [0, 0]
            counts[0] += 1
            counts[1] += fell

    @property
    def rate(self) -> int:
        """The messages of the last whole second."""
        counts = self._seconds.get(int(self._clock()) - 1)
        return 0 if counts is None else counts[0]

    @property
    def is_overloaded(self) -> bool:
        """Whether too many of the last seconds' messages were not read."""
        since = int(self._clock()) - WINDOW_S
        with self._lock:
            counts = [kept for at, kept in self._seconds.items() if at > since]
        came, fell = sum(each[0] for each in counts), sum(each[1] for each in counts)
        return came >= LEAST_MESSAGES and fell > FALLEN_SHARE * came
