"""Matches: the newest as a list, as a stream, and in the form of the 2018 sample."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from starlette.concurrency import run_in_threadpool

from services.api.feeds import camera_event, cameras_now, heartbeat, match_event
from services.api.hub import Event, Hub
from services.api.rights import OPEN_TO_ALL
from services.api.stream import EventStream
from services.bootstrap.api import ApiParts
from services.contract.examples import CAMERA, RECORD
from services.contract.match_models import MatchesOf2018Answer, RecordsAnswer
from services.contract.problem_models import REDIS_AWAY, problems
from services.core.errors import UnavailableError

Thing = Annotated[str | None, Query(description="Only this camera's.", max_length=128)]
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
    """The routes over wired parts."""
    router = APIRouter(tags=["matches"])

    @router.get(
        "/matches",
        dependencies=OPEN_TO_ALL,
        summary="List the newest matches",
        response_model=RecordsAnswer,
        responses=problems({422: "`limit` is '0'; expected 1 or more", 503: REDIS_AWAY}),
    )
    def matches(
        thing: Thing = None,
        limit: Annotated[int, Query(ge=1, le=100, description="How many records.")] = 20,
        after: Annotated[int, Query(ge=0, description="Only records with an id above this.")] = 0,
    ) -> Response:
        """The newest match records, newest first; with `after` only those of a later id."""
        records = parts.queue.latest(thing=thing, limit=limit, after=after)
        # Records are JSON already, and pages poll this: the model is for OpenAPI alone; nothing is parsed.
        return Response(f'{{"records":[{",".join(records)}]}}', media_type="application/json")

    @router.post(
        "/matches",
        dependencies=OPEN_TO_ALL,
        summary="Get the newest match in the form of 2018",
        responses=problems({503: REDIS_AWAY}),
    )
    def matches_2018() -> MatchesOf2018Answer:
        """The newest record as the 2018 sample's API answered; an empty queue answers with no matches.

        `body` is a match record as text. Apostrophes in it are written `\\u0027`, because the 2018 page swaps
        quotes before it parses. A body that is sent is not read.
        """
        newest = parts.queue.latest(limit=1)
        body = newest[0] if newest else '{"matches":[]}'
        return MatchesOf2018Answer(statusCode="200", headers={"Content-type": "application/json"}, body=body)

    @router.get(
        "/matches/stream",
        dependencies=OPEN_TO_ALL,
        summary="Follow matches and cameras as events",
        response_class=EventStream,
        status_code=200,
        responses={
            200: {"content": _STREAM},
            **problems({422: "`thing` is 'xx…'; expected at most 128 characters"}),
        },
    )
    async def stream(
        thing: Thing = None,
        last_event_id: Annotated[
            str | None, Header(description="The id of the last record that came; newer ones are sent first.")
        ] = None,
    ) -> Response:
        """Server-sent events: `match` (a record and its id), `camera` (one of GET /cameras) and `heartbeat`.

        All cameras come at once, then each change; `heartbeat` is the server's time, every 2 s. Without
        `Last-Event-ID` the newest record comes first, with it the missed ones.
        """
        return EventStream(_events(parts, hub, thing, last_event_id))

    return router


async def _events(
    parts: ApiParts, hub: Hub, thing: str | None, last_event_id: str | None
) -> AsyncGenerator[bytes]:
    with hub.listen() as live:
        missed = await run_in_threadpool(_missed, parts, thing, last_event_id)
        yield b"".join(event.encoded for event in missed)
        # Of what has come meanwhile. By their ids, not the highest: ids begin again with an emptied Redis.
        sent = {event.id for event in missed if event.id is not None}
        async for come in live:
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
