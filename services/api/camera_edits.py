"""Cameras that are added in the page: tested, added, changed and forgotten."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from common.box import Box, checked_box
from services.api.body_schemas import json_body
from services.api.cameras import Thing, check_thing
from services.api.request_body import read_body
from services.api.rights import CHANGE, WORK
from services.bootstrap.api import ApiParts
from services.contract.added_models import (
    AddedAnswer,
    CameraEditBody,
    CameraTestBody,
    ChangedCameraAnswer,
    NewCameraBody,
    TestAnswer,
)
from services.contract.problem_models import BROKER_AWAY, problems
from services.core.cameras.edges import NewCamera
from services.core.errors import InputError

A = TypeVar("A")
_SLOW = "the edge server does not answer within 8 s; try again"
_REFUSED = problems(
    {
        400: [
            "the camera's address has to be a line of 1 to 2000 characters",
            "several edges take cameras; expected `edge`, one of door-pi, server",
        ],
        404: "no edge 'attic' takes cameras now; there is server",
        409: [
            "there is a camera 'Front door' already; expected another name",
            "this edge runs 8 cameras already, which is its limit (LOOKALIKE_EDGE_CAMERAS)",
            "no edge takes cameras now; expected one that runs with LOOKALIKE_EDGE_DATA",
        ],
        413: "the JSON has more than 1048576 bytes",
        503: BROKER_AWAY,
        504: _SLOW,
    }
)
_CHANGED = problems(
    {
        400: "nothing to change; expected `title`, `region` or both",
        404: "there is no camera 'cam-9'",
        409: [
            "cam-1 was not added in the page; it is changed where it is set up",
            "the edge server, which runs door, is offline; start it first",
        ],
        413: "the JSON has more than 1048576 bytes",
        503: BROKER_AWAY,
        504: _SLOW,
    }
)


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["cameras"])

    @router.post(
        "/cameras/test",
        dependencies=WORK,
        summary="Test a camera's address",
        openapi_extra=json_body(CameraTestBody),
        responses=_REFUSED,
    )
    async def test(request: Request) -> TestAnswer:
        """Look once at a camera: its picture, or why there is none. Takes up to 18 s; nothing is kept."""
        body = await read_body(request, CameraTestBody)
        found = await run_in_threadpool(_answered, lambda: parts.edges.test(body.source, edge=body.edge))
        if isinstance(found, str):
            return TestAnswer(picture=None, refused=found)
        return TestAnswer(picture=f"data:image/jpeg;base64,{base64.b64encode(found).decode()}", refused=None)

    @router.post(
        "/cameras",
        dependencies=CHANGE,
        status_code=201,
        summary="Add a camera",
        openapi_extra=json_body(NewCameraBody),
        responses=_REFUSED,
    )
    async def add(request: Request) -> AddedAnswer:
        """Have an edge run a camera from now on, also after a restart.

        The address, with its password, is kept by that edge alone, and no call gives it back. The camera's
        status comes with GET /cameras when it has started.
        """
        body = await read_body(request, NewCameraBody)
        if body.thing is not None:
            check_thing(body.thing)
        new = NewCamera(body.name, body.source, _region(body.region), body.thing)
        added = await run_in_threadpool(_answered, lambda: parts.edges.add(new, edge=body.edge))
        return AddedAnswer(thing=added.thing, title=added.name, run_by=added.run_by or "")

    @router.patch(
        "/cameras/{thing}",
        dependencies=CHANGE,
        summary="Rename a camera, or change its region",
        openapi_extra=json_body(CameraEditBody),
        responses=_CHANGED,
    )
    async def change(thing: Thing, request: Request) -> ChangedCameraAnswer:
        """Change the name or the region of a camera that was added in the page. It starts again for that."""
        body = await read_body(request, CameraEditBody)
        region = _region(body.region)
        await run_in_threadpool(_answered, lambda: parts.edges.change(thing, title=body.title, region=region))
        return ChangedCameraAnswer(thing=thing)

    @router.delete(
        "/cameras/{thing}",
        dependencies=CHANGE,
        summary="Forget a camera",
        responses=_CHANGED,
    )
    async def forget(thing: Thing) -> ChangedCameraAnswer:
        """Delete a camera that was added in the page, with its address, or one that is offline."""
        await run_in_threadpool(_answered, lambda: parts.edges.forget(thing))
        return ChangedCameraAnswer(thing=thing)

    return router


def _region(given: Sequence[float] | None) -> Box | None:
    if given is None:
        return None
    left, top, width, height = given
    try:
        return checked_box((left, top, width, height))
    except ValueError as error:
        raise InputError(f"`region`: {error}") from None


def _answered(call: Callable[[], A]) -> A:
    try:
        return call()
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None
