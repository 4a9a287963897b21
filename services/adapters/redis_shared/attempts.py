"""Wrong keys, counted over all functions: each would give a guesser its own tries."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import redis

from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.key_attempts import COOL_DOWN_S, LIMIT, REMEMBERED_S, SPARED, WINDOW_S, log_lockout

_TAKE = Path(__file__).with_name("take_key.lua").read_text(encoding="utf-8")


class RedisAttempts:
    """KeyAttempts in Redis: one round trip a key. Addresses are forgotten by their age alone."""

    def __init__(
        self, client: redis.Redis, *, keys: Keys = KEYS, clock: Callable[[], float] = time.time
    ) -> None:
        self._keys, self._clock = keys, clock
        self._take = client.register_script(_TAKE)

    def take(self, address: str, *, right: bool) -> float:
        """Count a key; 0 if it is looked at, else the seconds for which this address's keys are ignored."""
        keys = [self._keys.of(f"keys:{kind}:{address}") for kind in ("wrong", "ignored", "right")]
        limits = (LIMIT, round(WINDOW_S), round(COOL_DOWN_S), round(REMEMBERED_S), SPARED)
        with translated():
            wait_s, is_locked_out = self._take(keys=keys, args=[self._clock(), int(right), *limits])
        if is_locked_out:
            log_lockout(address)
        return float(wait_s)
