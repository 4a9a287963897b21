"""The backlog of a live stream that is decoded more slowly than it comes."""

import time
from collections.abc import Callable

# A read that takes longer waited for the camera: nothing is queued.
_WAITED_S = 0.005
_BEHIND_S = 1.0
# A stream may have no key frame for long, or come faster than it plays.
_PATIENCE_S = 2.5


class Backlog:
    """Says which packets to pass over undecoded, so that what is decoded is fresh.

    When packets were queued for a second, all of them are passed over, and then those up to a key frame.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._fresh_s = clock()
        self._dropping_since_s: float | None = None

    def wants(self, *, is_key: bool, waited_s: float) -> bool:
        """Whether to decode a packet, for which the stream had to be waited for this long."""
        now_s = self._clock()
        is_fresh = waited_s > _WAITED_S
        if self._dropping_since_s is None:
            if is_fresh:
                self._fresh_s = now_s
            elif now_s - self._fresh_s > _BEHIND_S:
                self._dropping_since_s = now_s
        elif (is_fresh and is_key) or now_s - self._dropping_since_s > _PATIENCE_S:
            self._dropping_since_s, self._fresh_s = None, now_s
        return self._dropping_since_s is None
