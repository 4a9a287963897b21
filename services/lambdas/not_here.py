"""The calls that a function on AWS does not have, each with what to do instead."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from services.api.cameras import Thing
from services.api.rights import KEY_NEEDED, OPEN_TO_ALL
from services.contract.problem_models import problems

_STREAM = "events can't be streamed here; ask GET /matches with `after` each second"
_PREVIEW = (
    "previews are switched off here, because on AWS each is a message and a function's call: set "
    "LOOKALIKE_PREVIEWS=1, or POST /cameras/{thing}/moments for pictures of what the camera sees"
)


def build_stream_router() -> APIRouter:
    """The route of events, which answers at once."""
    router = APIRouter()

    @router.get(
        "/matches/stream",
        tags=["matches"],
        dependencies=OPEN_TO_ALL,
        summary="Follow matches and cameras as events",
        responses=problems({501: _STREAM}),
    )
    async def stream() -> None:
        """Not on AWS: the page asks each second instead."""
        raise HTTPException(501, _STREAM)

    return router


def build_preview_router() -> APIRouter:
    """The route of previews where they are switched off."""
    router = APIRouter()

    @router.get(
        "/cameras/{thing}/preview",
        tags=["cameras"],
        dependencies=KEY_NEEDED,
        summary="Get a camera's preview",
        responses=problems({501: _PREVIEW}),
    )
    async def preview(thing: Thing) -> None:
        """Not on AWS, unless LOOKALIKE_PREVIEWS is 1."""
        del thing
        raise HTTPException(501, _PREVIEW)

    return router
