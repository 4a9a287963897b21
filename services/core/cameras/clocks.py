"""The cameras' clocks that are off, as the search has noted it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from services.core.ports import MatchQueue

# A clock is off for good or not at all: there is no need to ask for a thousand of them at each call.
EVERY_S = 1.0


class ClockOffsets:
    """The offsets in the match queue, asked for at most once a second; safe to use from several threads."""

    def __init__(self, queue: MatchQueue, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._queue, self._clock = queue, clock
        # The newest answer, and the clock's seconds until which it is given again; replaced as one.
        self._found: tuple[float, Mapping[str, float]] = float("-inf"), {}

    def of(self, things: Sequence[str]) -> Mapping[str, float]:
        """The offset of each camera whose clock is off, ahead is positive; raises UnavailableError."""
        until_s, offsets_s = self._found
        if self._clock() >= until_s:
            offsets_s = self._queue.clock_offsets_s(things)
            self._found = self._clock() + EVERY_S, offsets_s
        return offsets_s
