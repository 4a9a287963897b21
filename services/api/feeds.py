"""The feeds of the hub: new match records, the cameras' changes and a heartbeat."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool

from common.compact_json import read_message
from common.wire import to_iso, topic
from services.adapters.redis_queue import follow
from services.api.collecting import collect_pictures
from services.api.following_items import follow_items
from services.api.history_tasks import expire_history, write_history
from services.api.hub import Event, Hub
from services.bootstrap.api import ApiParts
from services.core.cameras.status import CameraStatus
from services.core.dependency import Dependency
from services.core.errors import UnavailableError

HEARTBEAT_S = 2.0
WATCH_EVERY_S = 3.0

log = logging.getLogger(__name__)


def match_event(record: str, fields: Mapping[str, Any] | None = None) -> Event:
    """A record in JSON as an event; `fields` are what it holds, if they were read already."""
    fields = read_message(record.encode()) if fields is None else fields
    return Event("match", record, fields["thing"], fields["id"])


def camera_event(camera: CameraStatus) -> Event:
    """A camera's status as an event."""
    return Event("camera", json.dumps(camera.to_json()), camera.thing)


def heartbeat() -> Event:
    """The event that tells a page that the stream lives, and the server's time."""
    return Event("heartbeat", json.dumps({"now": to_iso(time.time())}))


def cameras_now(parts: ApiParts) -> list[CameraStatus]:
    """All cameras, each with its clock's offset as the search has noticed it; no edge without a camera."""
    cameras = [each for each in parts.cameras.all() if each.is_camera]
    if not cameras:
        return []
    try:
        offsets_s = parts.clocks.of([camera.thing for camera in cameras])
        return [camera.with_clock(offsets_s.get(camera.thing)) for camera in cameras]
    except UnavailableError:
        return cameras


class Feeds:
    """The tasks that feed the hub, from `start` to `stop`."""

    def __init__(self, parts: ApiParts, hub: Hub, *, watched: Sequence[Dependency] = ()) -> None:
        """`watched` are checked now and then, so that a failure is logged before anybody asks for it."""
        self._parts, self._hub, self._watched = parts, hub, watched
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; to be called in the event loop."""
        feeds = (feed_matches, feed_heartbeats)
        self._tasks = [
            asyncio.create_task(feed(self._parts, self._hub), name=feed.__name__) for feed in feeds
        ]
        collecting = collect_pictures(self._parts)
        self._tasks.append(asyncio.create_task(collecting, name=collect_pictures.__name__))
        following = follow_items(self._parts.finder)
        self._tasks.append(asyncio.create_task(following, name=follow_items.__name__))
        self._tasks.append(asyncio.create_task(watch(self._watched), name="watch"))
        if (history := self._parts.history) is not None:
            self._tasks += [
                asyncio.create_task(task(history), name=task.__name__)
                for task in (write_history, expire_history)
            ]

    async def stop(self) -> None:
        """End them and wait for them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._parts.history is not None:
            await run_in_threadpool(self._parts.history.keeper.write)

    @property
    def ended(self) -> str | None:
        """The name of a task that has ended by a fault of ours, None if all go on."""
        return next((task.get_name() for task in self._tasks if task.done()), None)


async def feed_matches(parts: ApiParts, hub: Hub) -> None:
    """Publish each new record until cancelled."""
    assert parts.live_redis is not None
    async for record in follow(parts.live_redis):
        try:
            fields = read_message(record.encode())
            event = match_event(record, fields)
            parts.cameras.note(event.thing or "")
            hub.publish(event)
            if parts.history is not None:
                parts.history.keeper.take(fields)
        except (ValueError, KeyError, TypeError) as error:
            log.warning("the channel `matches` carried no match record: %r", error)


async def feed_heartbeats(parts: ApiParts, hub: Hub) -> None:
    """Publish a heartbeat and the cameras that changed since the last one, until cancelled."""
    known: dict[str, CameraStatus] = {}
    while True:
        hub.publish(heartbeat())
        now = {camera.thing: camera for camera in await run_in_threadpool(cameras_now, parts)}
        for camera in now.values():
            before = known.get(camera.thing)
            if before == camera:
                continue
            hub.publish(camera_event(camera))
            if camera.is_silent and (before is None or not before.is_silent):
                # In place of its last will, which nobody sent: for Home Assistant, which takes its state.
                parts.link.publish(topic(camera.thing, "status"), camera.to_status(), qos=1, retained=True)
        known = now
        await asyncio.sleep(HEARTBEAT_S)


async def watch(dependencies: Sequence[Dependency]) -> None:
    """Have the dependencies checked now and then, until cancelled: their changes are logged."""
    while True:
        # At a start of the whole system the others may still be on their way.
        await asyncio.sleep(WATCH_EVERY_S)
        for dependency in dependencies:
            await run_in_threadpool(dependency.outcome)
