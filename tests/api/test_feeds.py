"""The tasks that feed the event streams: one that has ended is reported by name."""

import asyncio
from typing import Any, cast

import redis.asyncio

from services.api.feeds import Feeds
from services.api.hub import Hub
from services.bootstrap.api import ApiParts
from services.core.cameras.status import CameraStatuses


class Parts:
    """The parts that the feeds need: no cameras, and a Redis that does not answer."""

    def __init__(self, live_redis: Any) -> None:
        self.cameras = CameraStatuses()
        self.live_redis = live_redis


async def ended_of(parts: Parts) -> str | None:
    """The name of a feed that has ended by itself, after each has run; None for none."""
    feeds, hub = Feeds(cast(ApiParts, parts), Hub()), Hub()
    with hub.listen():
        feeds.start()
        for _ in range(20):
            await asyncio.sleep(0)
        ended = feeds.ended
        await feeds.stop()
    return ended


def test_feeds_go_on_without_redis_and_one_that_ends_by_a_fault_is_named() -> None:
    unreachable = redis.asyncio.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    assert asyncio.run(ended_of(Parts(unreachable))) is None
    assert asyncio.run(ended_of(Parts("no Redis"))) == "feed_matches"
