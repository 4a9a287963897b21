"""The queue's channel, which carries each new record."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import redis
import redis.asyncio

from services.adapters.redis_queue.causes import in_words

# A cluster sends it to all its nodes, so that it needs no slot.
CHANNEL = "matches"
_RETRY_S = 1.0
_SILENT_S = 5.0
# Records that come faster than this are read some at a time: to wake for each costs five times as much.
_BUSY_S, _GATHER_S = 0.01, 0.005
# Time after which a message was waited for, rather than read already with others.
_WAITED_S = 0.0005

log = logging.getLogger(__name__)


async def follow(client: redis.asyncio.Redis) -> AsyncIterator[str]:
    """Each record that is pushed from now on, as JSON, without an end, across Redis' restarts."""
    told = ""
    while True:
        try:
            async with client.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                async for record in _records(channel):
                    told = ""
                    yield record
        except (redis.RedisError, OSError) as error:
            cause = in_words(error)
            if cause != told:  # each cause once, and not at each try
                log.warning("match queue: %s; trying again every %g s", cause, _RETRY_S)
            told = cause
            await asyncio.sleep(_RETRY_S)


async def _records(channel: redis.asyncio.client.PubSub) -> AsyncIterator[str]:
    """The channel's messages; raises TimeoutError for a Redis that answers nothing any more."""
    asked, last_s = False, 0.0
    clock = asyncio.get_running_loop().time
    while True:
        began_s = clock()
        message = await channel.get_message(timeout=_SILENT_S)
        if message is None:
            if asked:
                raise TimeoutError(f"no answer in {_SILENT_S:g} s")
            # Between two matches a channel may be silent for long, so we ask.
            await channel.ping()
        asked = message is None
        if message is not None and message["type"] == "message":
            came_s = clock()
            yield message["data"]
            if came_s - began_s > _WAITED_S and came_s - last_s < _BUSY_S:
                await asyncio.sleep(_GATHER_S)
            last_s = came_s
