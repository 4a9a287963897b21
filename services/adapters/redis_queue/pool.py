"""Connections to Redis that are not kept over a pause."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import redis

# AWS' network forgets a connection that was silent for 350 s, and tells neither end: the next command would
# wait for an answer until its time limit. A frozen function can't keep one alive.
IDLE_S = 60.0


class FreshPool(redis.ConnectionPool):
    """Closes its unused connections after a pause of `idle_s`, by the wall's clock, which is never frozen."""

    def __init__(
        self, *args: Any, idle_s: float = IDLE_S, clock: Callable[[], float] = time.time, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._idle_s, self._clock = idle_s, clock
        self._used_s = clock()

    def get_connection(self, *args: Any, **options: Any) -> Any:
        """A connection that is ready for a command."""
        silent_s, self._used_s = self._clock() - self._used_s, self._clock()
        if not 0 <= silent_s <= self._idle_s:
            self.disconnect(inuse_connections=False)
        return super().get_connection(*args, **options)


def single_client(url: str, **options: Any) -> redis.Redis:
    """A client of a Redis by itself; raises ValueError or TypeError for unknown parameters."""
    return redis.Redis.from_pool(FreshPool.from_url(url, **options))
