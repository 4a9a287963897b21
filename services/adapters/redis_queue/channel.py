"""The queue's channel, which carries each new record."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import redis

from services.adapters.redis_queue.causes import in_words

# A cluster sends it to all its nodes, so that it needs no slot.
CHANNEL = "matches"
SILENT_S = 5.0
_RETRY_S = 1.0
# Time after which a reading looks whether it shall end.
_TURN_S = 0.1
# Records that come faster than this are read some at a time: to wake for each costs ten times as much.
_BUSY_S, _GATHER_S = 0.02, 0.025

log = logging.getLogger(__name__)


async def follow(client: redis.Redis) -> AsyncIterator[str]:
    """Each record that is pushed from now on, as JSON, without an end, across Redis' restarts.

    A thread reads: a loop of asyncio would wake for each packet, whether anybody waits for it or not. The
    client's time limit is to be SILENT_S.
    """
    come = asyncio.Queue[Sequence[str] | Exception]()
    channel: Any = client.pubsub()  # type: ignore[no-untyped-call]
    reader = _Reader(channel, functools.partial(_hand_over, asyncio.get_running_loop(), come))
    threading.Thread(target=reader.run, name="matches", daemon=True).start()
    try:
        while True:
            records = await come.get()
            if isinstance(records, Exception):
                raise records
            for record in records:
                yield record
    finally:
        reader.is_over.set()


def _hand_over(loop: asyncio.AbstractEventLoop, come: asyncio.Queue[Any], records: Any) -> None:
    with contextlib.suppress(RuntimeError):  # a loop that is closed: nobody waits any more
        loop.call_soon_threadsafe(come.put_nowait, records)


class _Reader:
    """Reads the channel in the thread of `run`, until it `is_over` or a fault of ours, which it hands on."""

    def __init__(self, channel: Any, hand_on: Callable[[Sequence[str] | Exception], None]) -> None:
        self._channel, self._hand_on = channel, hand_on
        self.is_over = threading.Event()
        self._asked = False
        self._heard_s = self._taken_s = 0.0

    def run(self) -> None:
        """Hand on the records as they come, some at a time while many come."""
        told = ""
        try:
            while not self.is_over.is_set():
                try:
                    if records := self._take():
                        told = ""
                        self._hand_on(records)
                except (redis.RedisError, OSError) as error:
                    cause = in_words(error)
                    if cause != told:  # each cause once, and not at each try
                        log.warning("match queue: %s; trying again every %g s", cause, _RETRY_S)
                    told = cause
                    self._channel.close()
                    self.is_over.wait(_RETRY_S)
        except Exception as error:
            self._hand_on(error)
        finally:
            self._channel.close()

    def _take(self) -> list[str]:
        """The records that came within a turn; raises TimeoutError if Redis answers nothing any more."""
        if not self._channel.subscribed:
            self._channel.subscribe(CHANNEL)
            self._heard_s, self._asked = time.monotonic(), False
        if (record := self._next(_TURN_S)) is not None:
            return self._with_others(record)
        self._check_silence()
        return []

    def _with_others(self, record: str) -> list[str]:
        if time.monotonic() - self._taken_s < _BUSY_S:
            time.sleep(_GATHER_S)
        records = [record]
        while (other := self._next(0.0)) is not None:
            records.append(other)
        self._taken_s = time.monotonic()
        return records

    def _next(self, timeout_s: float) -> str | None:
        message = self._channel.get_message(timeout=timeout_s)
        if message is None:
            return None
        self._heard_s, self._asked = time.monotonic(), False
        return str(message["data"]) if message["type"] == "message" else None

    def _check_silence(self) -> None:
        """Ask a Redis that is silent, as it may be for long between two matches; raise if it was asked."""
        if time.monotonic() - self._heard_s < SILENT_S:
            return
        if self._asked:
            raise TimeoutError(f"no answer in {SILENT_S:g} s")
        self._channel.ping()
        self._heard_s, self._asked = time.monotonic(), True
