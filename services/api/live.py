"""Feeds the hub: new match records, the cameras' changes and a heartbeat."""

from __future__ import annotations

import asyncio
import json
import logging
import time

from starlette.concurrency import run_in_threadpool

from services.adapters.redis_queue import follow
from services.api.hub import Event, Hub
from services.bootstrap.api import ApiParts
from services.core.cameras import Camera
from services.core.domain import UnavailableError
from services.core.wire import to_iso

HEARTBEAT_S = 2.0

log = logging.getLogger(__name__)


def match_event(record: str) -> Event:
    """A record in JSON as an event."""
    fields = json.loads(record)
    return Event("match", record, fields["thing"], fields["id"])


def camera_event(camera: Camera) -> Event:
    """A camera's status as an event."""
    return Event("camera", json.dumps(camera.to_json()), camera.thing)


def heartbeat() -> Event:
    """Tells a page that the stream lives, and what time it is here."""
    return Event("heartbeat", json.dumps({"now": to_iso(time.time())}))


def cameras_now(parts: ApiParts) -> list[Camera]:
    """All cameras, each with what the search has noticed of its clock."""
    cameras = parts.cameras.all()
    try:
        return [camera.with_clock(parts.queue.clock_offset_s(camera.thing)) for camera in cameras]
    except UnavailableError:
        return cameras


async def feed_matches(parts: ApiParts, hub: Hub) -> None:
    """Publish each new record, for ever."""
    async for record in follow(parts.live_redis):
        try:
            hub.publish(match_event(record))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("the channel `matches` carried no match record: %r", error)


async def feed_heartbeats(parts: ApiParts, hub: Hub) -> None:
    """Publish a heartbeat and the cameras that changed since the last one, for ever."""
    known: dict[str, Camera] = {}
    while True:
        hub.publish(heartbeat())
        for camera in await run_in_threadpool(cameras_now, parts):
            if known.get(camera.thing) != camera:
                known[camera.thing] = camera
                hub.publish(camera_event(camera))
        await asyncio.sleep(HEARTBEAT_S)
