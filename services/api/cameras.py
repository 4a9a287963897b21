"""Cameras: their statuses, their previews, and frames that a browser sends for one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from email.utils import formatdate
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from common.jpeg_header import JpegCostError, JpegError, check_frame
from common.wire import MAX_FRAME_PIXELS, is_thing, topic
from services.api.body_schemas import FILE, image_form, request_body
from services.api.etags import seen_tags
from services.api.feeds import cameras_now
from services.api.item_requests import read_image
from services.api.request_body import content_type, read_at_most
from services.api.rights import KEY_NEEDED, OPEN_TO_ALL
from services.bootstrap.api import ApiParts
from services.contract.camera_models import CameraAnswer, CamerasAnswer, FrameAnswer
from services.contract.problem_models import BROKER_AWAY, Responses, problems
from services.core.cameras.ports import PreviewStore
from services.core.cameras.previews import KEPT_S, WATCH_COMMAND, Preview
from services.core.errors import InputError, TooLargeError, UnavailableError

WAIT_S = 2.0
SEND_S = 1.0
MULTIPART_BYTES = 8 * 1024

Thing = Annotated[str, InPath(description="The camera's name.", examples=["cam-1"])]
_JPEG: dict[str, Any] = {"image/jpeg": {"schema": FILE, "example": "<the bytes of a JPEG>"}}
_BODY = request_body({**_JPEG, "multipart/form-data": image_form({})})
_PREVIEW: Responses = {
    200: {"content": _JPEG},
    304: {"description": "None is newer than that of If-None-Match."},
    **problems(
        {
            404: "there is no camera 'cam-9'",
            409: "cam-1 is no_camera (/dev/video0: no such device), so it gives no preview",
            503: [
                BROKER_AWAY,
                "no preview of cam-1 within 2 s; they may be switched off at the camera "
                "(LOOKALIKE_PREVIEW=0)",
            ],
        }
    ),
}
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

    @router.get("/cameras", dependencies=OPEN_TO_ALL, summary="List the cameras")
    def cameras(response: Response) -> CamerasAnswer:
        """The cameras, each with its last status and its clock's offset."""
        response.headers.update(headers or {})
        return CamerasAnswer(cameras=[CameraAnswer(**camera.to_json()) for camera in cameras_now(parts)])

    @router.post(
        "/cameras/{thing}/frames",
        dependencies=KEY_NEEDED,
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


def build_preview_router(parts: ApiParts) -> APIRouter:
    """The route of previews, over wired parts."""
    router = APIRouter(tags=["cameras"])

    @router.get(
        "/cameras/{thing}/preview",
        dependencies=KEY_NEEDED,
        summary="Get a camera's preview",
        response_class=Response,
        responses=_PREVIEW,
    )
    async def preview(thing: Thing, request: Request) -> Response:
        """The camera's newest picture, small and never older than 2 s.

        Asking makes the camera send previews for 10 s; the call waits up to 2 s for the first one. With
        `If-None-Match` and the ETag of the last one it waits for a newer one, else the answer is 304.
        `Last-Modified` is when it came.
        """
        _ask_for_previews(parts, thing)
        seen = seen_tags(request)
        newer = await _newer(parts.previews, thing, seen)
        if newer is not None:
            return Response(newer.jpeg, media_type="image/jpeg", headers=_headers(newer))
        last = await run_in_threadpool(parts.previews.newest, thing, within_s=KEPT_S)
        if last is not None and _etag(last) in seen:
            return Response(status_code=304, headers=_headers(last))
        raise UnavailableError(
            f"no preview of {thing} within {WAIT_S:g} s; they may be switched off at the camera "
            "(LOOKALIKE_PREVIEW=0)"
        )

    return router


def _ask_for_previews(parts: ApiParts, thing: str) -> None:
    """Tell a camera that it is watched; raises an error if it cannot give a preview now."""
    camera = parts.cameras.get(thing)
    if camera is None:
        raise HTTPException(404, f"there is no camera {thing[:128]!r}")
    if not parts.link.connected:
        raise UnavailableError("the broker is not connected; reconnecting")
    if not camera.is_live:
        raise HTTPException(409, f"{thing} is {camera.condition}, so it gives no preview")
    if parts.previews.must_ask(thing):
        parts.link.publish(topic(thing, "command"), WATCH_COMMAND, qos=1)


async def _newer(previews: PreviewStore, thing: str, seen: Collection[str]) -> Preview | None:
    """The newest preview that is not among `seen`, None if none comes within WAIT_S."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    listening = previews.listening(thing, lambda: loop.call_soon_threadsafe(arrived.set))
    with listening, contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WAIT_S):
            while True:
                arrived.clear()
                newest = await run_in_threadpool(previews.newest, thing)
                if newest is not None and _etag(newest) not in seen:
                    return newest
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(arrived.wait(), previews.look_every_s)
    return None


def _etag(preview: Preview) -> str:
    return f'"{preview.tag}"'


def _headers(preview: Preview) -> dict[str, str]:
    return {
        "ETag": _etag(preview),
        "Last-Modified": formatdate(preview.received_at_s, usegmt=True),
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _check_name(parts: ApiParts, thing: str) -> None:
    if not is_thing(thing):
        raise InputError(
            f"{thing[:128]!a} is no camera's name; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -"
        )
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
