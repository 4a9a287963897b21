"""Cameras: their statuses, and frames that a browser sends for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from common.jpeg_header import JpegCostError, JpegError, check_frame
from common.wire import MAX_FRAME_PIXELS, is_thing, topic
from services.api.body_schemas import FILE, image_form, request_body
from services.api.feeds import cameras_now
from services.api.item_requests import read_image
from services.api.request_body import content_type, read_at_most
from services.api.rights import SEE_MATCHES, WORK
from services.bootstrap.api import ApiParts
from services.contract.added_models import EdgeAnswer
from services.contract.camera_models import CameraAnswer, CamerasAnswer, FrameAnswer
from services.contract.problem_models import problems
from services.core.cameras.status import CameraStatus
from services.core.errors import InputError, TooLargeError, UnavailableError

SEND_S = 1.0
MULTIPART_BYTES = 8 * 1024

Thing = Annotated[str, InPath(description="The camera's name.", examples=["cam-1"])]
JPEG: dict[str, Any] = {"image/jpeg": {"schema": FILE, "example": "<the bytes of a JPEG>"}}
_BODY = request_body({**JPEG, "multipart/form-data": image_form({})})
_FRAMES = problems(
    {
        400: [
            "'a/b' is no camera's name; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -",
            "the field `image` holds no file; expected a picture in multipart/form-data",
            "the frame is not a JPEG",
        ],
        409: "cam-1 is the name of another camera (/dev/video0); expected a name that is free",
        413: [
            "the frame has more than 524266 bytes, which is what a message can hold",
            "the frame has more than 100 scans of 640 x 480 pixels, which take too long",
        ],
        415: "content type 'image/png'; expected image/jpeg, or multipart with `image`",
        503: "the broker does not take the frame, so it was dropped; the next may pass",
    }
)


def build_router(parts: ApiParts, *, headers: Mapping[str, str] | None = None) -> APIRouter:
    """The routes over wired parts; the list of cameras is sent with these headers."""
    router = APIRouter(tags=["cameras"])

    @router.get("/cameras", dependencies=SEE_MATCHES, summary="List the cameras")
    def cameras(response: Response) -> CamerasAnswer:
        """The cameras, each with its last status and its clock's offset."""
        response.headers.update(headers or {})
        return CamerasAnswer(
            cameras=[CameraAnswer(**camera.to_json()) for camera in cameras_now(parts)],
            edges=[_edge(each) for each in parts.edges.all()],
        )

    @router.post(
        "/cameras/{thing}/frames",
        dependencies=WORK,
        status_code=202,
        summary="Send a frame of a camera",
        openapi_extra=_BODY,
        responses=_FRAMES,
    )
    async def frames(thing: Thing, request: Request) -> FrameAnswer:
        """Take a JPEG of a browser's camera, and hand it to the edge over MQTT.

        At most 512 KiB and 40 megapixels. A frame that cannot be sent at once is dropped.
        """
        _check_name(parts, thing)
        content = await _read_frame(request, limit=parts.link.max_bytes - len(topic(thing, "frame")))
        await run_in_threadpool(_send, parts, thing, content)
        return FrameAnswer(thing=thing, bytes=len(content))

    return router


def _edge(status: CameraStatus) -> EdgeAnswer:
    assert status.edge is not None
    return EdgeAnswer(
        edge=status.thing, title=status.title, takes=status.edge.takes, troubles=status.edge.troubles
    )


def check_thing(thing: str) -> None:
    """Raise InputError for what can't be a camera's name."""
    if not is_thing(thing):
        raise InputError(
            f"{thing[:128]!a} is no camera's name; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -"
        )


def _check_name(parts: ApiParts, thing: str) -> None:
    check_thing(thing)
    camera = parts.cameras.get(thing)
    if camera is not None and camera.state != "offline" and not camera.takes_frames:
        source = f" ({camera.source})" if camera.source else ""
        raise HTTPException(
            409,
            f"{thing} is the name of another camera{source}; expected a name that is free",
        )


async def _read_frame(request: Request, *, limit: int) -> bytes:
    """The frame in a request's body of the declared type."""
    kind = content_type(request)
    if kind not in ("image/jpeg", "multipart/form-data"):
        raise HTTPException(
            415, f"content type {kind[:80]!a}; expected image/jpeg, or multipart with `image`"
        )
    if kind == "image/jpeg":
        return await read_at_most(request, limit, too_large=_too_large(limit))
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit + MULTIPART_BYTES:
        raise HTTPException(413, _too_large(limit))
    async with request.form(max_files=1, max_fields=10) as form:
        content = await read_image(form)
    if len(content) > limit:
        raise HTTPException(413, _too_large(limit))
    return content


def _too_large(limit: int) -> str:
    return f"the frame has more than {limit} bytes, which is what a message can hold"


def _check(content: bytes) -> None:
    """Refuse what the edge would refuse, so that the sender is told; raises InputError."""
    expected = f"expected a JPEG of at most {MAX_FRAME_PIXELS // 1_000_000} megapixels"
    try:
        check_frame(content)
    except JpegCostError as error:
        raise TooLargeError(f"the frame has {error}") from None
    except JpegError:
        raise InputError(f"the frame's {len(content)} bytes are no readable JPEG; {expected}") from None


def _send(parts: ApiParts, thing: str, content: bytes) -> None:
    _check(content)
    if not parts.link.publish(topic(thing, "frame"), content, within_s=SEND_S):
        raise UnavailableError("the broker does not take the frame, so it was dropped; the next may pass")
