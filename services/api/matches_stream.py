"""Matches and cameras as a stream of events."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.feeds import camera_event, cameras_now, heartbeat, match_event
from services.api.hub import Event, Hub
from services.api.matches import Thing
from services.api.rights import SEE_MATCHES, still_admitted
from services.api.stream import EventStream
from services.bootstrap.api import ApiParts
from services.contract.examples import CAMERA, RECORD
from services.contract.problem_models import problems
from services.core.errors import UnavailableError

_STREAM = {
    "text/event-stream": {
        "schema": {"type": "string", "description": "Server-sent events."},
        "example": f"event: heartbeat\ndata: {json.dumps({'now': RECORD['searched_at']})}\n\n"
        f"event: camera\ndata: {json.dumps(CAMERA)}\n\n"
        f"event: match\ndata: {json.dumps(RECORD)}\nid: {RECORD['id']}\n\n",
    }
}
# Maximum number of missed records that a returning page gets.
REPLAY = 100


def build_router(parts: ApiParts, hub: Hub) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["matches"])

    @router.get(
        "/matches/stream",
        dependencies=SEE_MATCHES,
        summary="Follow matches and cameras as events",
        response_class=EventStream,
        status_code=200,
        responses={
            200: {"content": _STREAM},
            **problems({422: "`thing` is 'xx…'; expected at most 128 characters"}),
        },
    )
    async def stream(
        request: Request,
        thing: Thing = None,
        last_event_id: Annotated[
            str | None, Header(description="The id of the last record that came; newer ones are sent first.")
        ] = None,
    ) -> Response:
        """Server-sent events: `match` (a record and its id), `camera` (one of GET /cameras) and `heartbeat`.

        All cameras come at once, then each change; `heartbeat` is the server's time, every 2 s. Without
        `Last-Event-ID` the newest record comes first, with it the missed ones. A stream ends within
        seconds when the key that it was opened with is revoked.
        """
        return EventStream(_events(parts, hub, thing, last_event_id, still_admitted(request)))

    return router


async def _events(
    parts: ApiParts,
    hub: Hub,
    thing: str | None,
    last_event_id: str | None,
    still: Callable[[], Awaitable[bool]],
) -> AsyncGenerator[bytes]:
    with hub.listen() as live:
        missed = await run_in_threadpool(_missed, parts, thing, last_event_id)
        yield b"".join(event.encoded for event in missed)
        # Of what has come meanwhile. By their ids, not the highest: ids begin again with an emptied Redis.
        sent = {event.id for event in missed if event.id is not None}
        async for come in live:
            # At the latest with the next heartbeat.
            if not await still():
                return
            # A listener to one camera gets no events of others, but the heartbeats.
            wanted = [
                event.encoded
                for event in come
                if event.id not in sent and (thing is None or event.thing in (None, thing))
            ]
            if wanted:
                yield b"".join(wanted)


def _missed(parts: ApiParts, thing: str | None, last_event_id: str | None) -> list[Event]:
    """The first events of a page: the time, the cameras, and the records it has missed, oldest first."""
    cameras = [camera for camera in cameras_now(parts) if thing in (None, camera.thing)]
    events = [heartbeat(), *map(camera_event, cameras)]
    # An id of ours has 13 digits or a few more; any other text counts as none.
    after = int(last_event_id) if last_event_id and re.fullmatch(r"[0-9]{1,16}", last_event_id) else 0
    try:
        records = parts.queue.latest(thing=thing, limit=REPLAY if after else 1, after=after)
    except UnavailableError:
        return events  # the stream goes on by itself when Redis is back
    return events + [match_event(record) for record in reversed(records)]
