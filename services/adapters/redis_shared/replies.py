"""The cameras' answers, received by one function and awaited by another."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from typing import TypeVar

import redis

from common.rate_limited_log import RateLimitedLog
from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.cameras.replies import odd_answer, parse_reply

# Longer than anybody waits.
_KEPT_S = 30
# Answers to one request; its token is known to nobody else.
_MOST = 4
# The longest wait of one call: less than the client's own limit.
_CALL_S = 1.0

A = TypeVar("A")


class RedisReplies:
    """Replies in Redis; `receive` is called where the cameras' messages arrive."""

    def __init__(self, client: redis.Redis, *, keys: Keys = KEYS) -> None:
        self._client, self._keys = client, keys
        self._log = RateLimitedLog()

    def await_one(
        self, thing: str, send: Callable[[str], object], read: Callable[[bytes], A], *, within_s: float
    ) -> A | None:
        """Send a request with a token, and wait for the first answer to it that `read` takes."""
        token = secrets.token_hex(16)
        key, due_s = self._key(thing, token), time.monotonic() + within_s
        send(token)
        while (left_s := due_s - time.monotonic()) > 0:
            with translated():
                # A wait of 0 would have no end.
                found = self._client.blpop([key], timeout=max(0.01, min(left_s, _CALL_S)))
            if found is None:
                continue
            payload = base64.b64decode(found[1])
            try:
                return read(payload)
            except ValueError as error:
                self._log.say("no answer", odd_answer(thing, payload, error))
        return None

    def receive(self, name: str, payload: bytes) -> None:
        """Keep an answer for whoever waits for it; one on another topic is none."""
        address = parse_reply(name)
        if address is None:
            return
        key = self._key(*address)
        with translated(), self._client.pipeline() as pipe:
            # As text, like all that this client carries.
            pipe.rpush(key, base64.b64encode(payload).decode())
            pipe.ltrim(key, 0, _MOST - 1)
            pipe.expire(key, _KEPT_S)
            pipe.execute()

    def _key(self, thing: str, token: str) -> str:
        return self._keys.of(f"reply:{thing}:{token}")
