"""The calls that a function on AWS does not have, each with what to do instead."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException

from services.api.cameras import Thing
from services.api.rights import CHANGE, SEE_CATALOGUE, SEE_MATCHES, VIEW
from services.contract.problem_models import problems
from services.contract.sample_models import SamplesAnswer

_STREAM = "events can't be streamed here; ask GET /matches with `after` each second"
_PREVIEW = (
    "previews are switched off here, because on AWS each is a message and a function's call: set "
    "LOOKALIKE_PREVIEWS=1, or POST /cameras/{thing}/moments for pictures of what the camera sees"
)

_SAMPLES = (
    "functions on AWS have no samples with them: `make deploy-aws` loads them into an empty catalogue, and "
    "`lookalike samples load` and `lookalike samples remove` do it from a checkout"
)
_ITEM_HEALTH = (
    "a function has no time to read all pictures: `lookalike items check` does it from a checkout, with the "
    "settings of this system"
)


def build_stream_router() -> APIRouter:
    """The route of events, which answers at once."""
    router = APIRouter()

    @router.get(
        "/matches/stream",
        tags=["matches"],
        dependencies=SEE_MATCHES,
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
        dependencies=VIEW,
        summary="Get a camera's preview",
        responses=problems({501: _PREVIEW}),
    )
    async def preview(thing: Thing) -> None:
        """Not on AWS, unless LOOKALIKE_PREVIEWS is 1."""
        del thing
        raise HTTPException(501, _PREVIEW)

    return router


def build_samples_router() -> APIRouter:
    """The routes of the samples, which need files of the checkout."""
    router = APIRouter(prefix="/samples", tags=["samples"], responses=problems({501: _SAMPLES}))

    @router.get("", dependencies=SEE_CATALOGUE, summary="Ask for the samples' state")
    async def state() -> SamplesAnswer:
        """Not on AWS."""
        raise HTTPException(501, _SAMPLES)

    @router.post("", dependencies=CHANGE, summary="Load the samples")
    async def load() -> SamplesAnswer:
        """Not on AWS, but with the command line."""
        raise HTTPException(501, _SAMPLES)

    @router.delete("", dependencies=CHANGE, summary="Remove the samples")
    async def remove() -> SamplesAnswer:
        """Not on AWS, but with the command line."""
        raise HTTPException(501, _SAMPLES)

    return router


def build_item_health_router() -> APIRouter:
    """The route of the catalogue's health, whose check outlasts a call."""
    router = APIRouter()

    @router.get(
        "/items/health",
        tags=["items"],
        dependencies=VIEW,
        summary="Check the catalogue for duplicates and weak pictures",
        responses=problems({501: _ITEM_HEALTH}),
    )
    async def item_health() -> None:
        """Not on AWS, but with the command line."""
        raise HTTPException(501, _ITEM_HEALTH)

    return router
