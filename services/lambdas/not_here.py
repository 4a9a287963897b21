"""The calls that a function on AWS does not have, each with what to do instead."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from services.api.cameras import Thing
from services.api.rights import KEY_NEEDED, OPEN_TO_ALL
from services.contract.problem_models import problems

_STREAM = "events can't be streamed here; ask GET /matches with `after` each second"
_PREVIEW = (
    "there are no previews here: on AWS each would be a message and a function's call; POST "
    "/cameras/{thing}/moments gives pictures of what the camera sees"
)


def build_router() -> APIRouter:
    """The routes, which answer at once."""
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

    @router.get(
        "/cameras/{thing}/preview",
        tags=["cameras"],
        dependencies=KEY_NEEDED,
        summary="Get a camera's preview",
        responses=problems({501: _PREVIEW}),
    )
    async def preview(thing: Thing) -> None:
        """Not on AWS."""
        del thing
        raise HTTPException(501, _PREVIEW)

    return router
