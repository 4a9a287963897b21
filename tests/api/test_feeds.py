"""The tasks that feed the event streams: one that has ended is reported by name."""

import asyncio
import json
from typing import Any, cast
from unittest.mock import MagicMock

import redis

from services.api.feeds import Feeds, feed_heartbeats
from services.api.hub import Event, Hub
from services.bootstrap.api import ApiParts
from services.core.cameras.clocks import ClockOffsets
from services.core.cameras.status import LIVE_S, SILENT, CameraStatuses
from services.core.catalogue.finder import ItemFinder
from tests.fake_stores import FakeItems
from tests.fakes import FakeQueue


class Parts:
    """The parts that the feeds need: no cameras, and a Redis that does not answer."""

    def __init__(self, live_redis: Any) -> None:
        self.cameras = CameraStatuses()
        self.live_redis = live_redis
        self.history = None
        self.finder = ItemFinder(FakeItems(), MagicMock())


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
    unreachable = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=1)
    assert asyncio.run(ended_of(Parts(unreachable))) is None
    assert asyncio.run(ended_of(Parts("no Redis"))) == "feed_matches"


class SilentParts:
    """The parts for one camera of which nothing has been heard; what the link sends is remembered."""

    def __init__(self) -> None:
        now_s = [0.0]
        self.cameras, self.link = CameraStatuses(clock=lambda: now_s[0]), self
        self.clocks = ClockOffsets(FakeQueue())
        self.cameras.receive("lookalike/cam-1/status", b'{"state":"online","source":"a clip"}')
        now_s[0] = LIVE_S + 1
        self.sent: list[tuple[str, dict[str, Any], bool]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int, retained: bool) -> None:
        self.sent.append((topic, json.loads(payload), retained and qos == 1))


async def events_of(parts: SilentParts) -> list[Event]:
    """The events of the first heartbeat."""
    hub = Hub()
    with hub.listen() as batches:
        feeding = asyncio.create_task(feed_heartbeats(cast(ApiParts, parts), hub))
        events = list[Event]()
        async for batch in batches:
            events += batch
            if any(event.name == "camera" for event in events):
                break
        await asyncio.sleep(0)
        feeding.cancel()
    return events


def test_the_last_will_of_a_camera_that_died_with_the_broker_is_published_for_it() -> None:
    parts = SilentParts()
    events = asyncio.run(events_of(parts))
    assert [json.loads(event.data)["state"] for event in events if event.name == "camera"] == ["offline"]
    ((topic, status, is_retained),) = parts.sent
    assert (topic, is_retained) == ("lookalike/cam-1/status", True)
    assert (status["state"], status["reason"], status["source"]) == ("offline", SILENT, "a clip")
