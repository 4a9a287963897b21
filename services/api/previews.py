"""Cameras' previews: the newest small picture of one that is watched, or that of an observed frame."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from email.utils import formatdate
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from common.picture_stamp import Stamp, stamp_of
from common.wire import SESSION, to_iso, topic
from services.api.cameras import JPEG, Thing
from services.api.etags import seen_tags
from services.api.rights import VIEW
from services.bootstrap.api import ApiParts
from services.contract.problem_models import BROKER_AWAY, Responses, problems
from services.core.cameras.ports import PreviewStore
from services.core.cameras.previews import KEPT_S, WATCH_COMMAND, Preview
from services.core.errors import ConflictError, InputError, MissingError, UnavailableError

WAIT_S = 2.0
_HEADERS = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}

_PREVIEW: Responses = {
    200: {"content": JPEG},
    204: {"description": "With `quiet`: the camera gives no picture now, or that frame is gone."},
    304: {"description": "None is newer than that of If-None-Match."},
    **problems(
        {
            400: "session and seq name a frame together; expected both or neither",
            404: [
                "there is no camera 'cam-9'",
                "cam-1 gives no picture: that frame is gone",
            ],
            409: "cam-1 is no_camera (/dev/video0: no such device), so it gives no preview",
            504: "cam-1 is online, but sent no picture within 2 s; try again, or give a picture file",
            503: [
                BROKER_AWAY,
                "no preview of cam-1 within 2 s; they may be switched off at the camera "
                "(LOOKALIKE_PREVIEW=0)",
            ],
        }
    ),
}


def build_router(parts: ApiParts) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["cameras"])

    @router.get(
        "/cameras/{thing}/preview",
        dependencies=VIEW,
        summary="Get a camera's preview",
        response_class=Response,
        responses=_PREVIEW,
    )
    async def preview(
        thing: Thing,
        request: Request,
        session: Annotated[str | None, Query(pattern=f"^{SESSION}$", description="With `seq`.")] = None,
        seq: Annotated[int | None, Query(ge=0, le=2**53, description="With `session`.")] = None,
        quiet: Annotated[
            bool,
            Query(description="Where there is no picture: 204 in place of 404, 409, 503 and 504."),
        ] = False,
    ) -> Response:
        """The camera's newest picture, small and never older than 2 s.

        Asking makes the camera send previews for 10 s; the call waits up to 2 s for the first one. With
        `If-None-Match` and the ETag of the last one it waits for a newer one, else the answer is 304.
        `Last-Modified` is when it came.

        With `session` and `seq` of a match record it is the picture of the frame that was judged, for some
        seconds; the camera is asked for it, if need be. `Frame-Session`, `Frame-Seq` and `Frame-Captured-At`
        say which frame a picture shows: without `Frame-Seq` one of which no observation was sent, without all
        three one of a camera that does not say it.

        `quiet` is for browsers, which report every 4xx and 5xx in their console: that a camera is off, or a
        frame gone, is no error of a page.
        """
        try:
            if session is not None and seq is not None:
                return await run_in_threadpool(_observed, parts, thing, session, seq)
            if session is not None or seq is not None:
                raise InputError("session and seq name a frame together; expected both or neither")
            return await _newest(parts, thing, seen_tags(request))
        except (HTTPException, UnavailableError, MissingError):
            if quiet:
                return Response(status_code=204, headers=_HEADERS)
            raise

    return router


async def _newest(parts: ApiParts, thing: str, seen: Collection[str]) -> Response:
    """The newest preview, 304 if it is among `seen`; raises an error if there is none."""
    _ask_for_previews(parts, thing)
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


def _observed(parts: ApiParts, thing: str, session: str, seq: int) -> Response:
    """The picture of an observed frame: its preview, else what the camera gives."""
    preview = parts.previews.of(thing, session, seq)
    jpeg = _given(parts, thing, session, seq) if preview is None else preview.jpeg
    headers = {**_HEADERS, **_stamp_headers(stamp_of(jpeg))}
    return Response(jpeg, media_type="image/jpeg", headers=headers)


def _given(parts: ApiParts, thing: str, session: str, seq: int) -> bytes:
    """The picture of an observed frame from the camera."""
    try:
        return parts.snapshots.frame(
            thing, parts.cameras.get(thing), session=session, seq=seq, within_s=WAIT_S
        )
    except ConflictError as error:
        raise HTTPException(404, str(error)) from None
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None


def _etag(preview: Preview) -> str:
    return f'"{preview.tag}"'


def _headers(preview: Preview) -> dict[str, str]:
    return {
        **_HEADERS,
        **_stamp_headers(preview.stamp),
        "ETag": _etag(preview),
        "Last-Modified": formatdate(preview.received_at_s, usegmt=True),
    }


def _stamp_headers(stamp: Stamp | None) -> dict[str, str]:
    """What says which frame a picture shows."""
    if stamp is None:
        return {}
    seq = {} if stamp.seq is None else {"Frame-Seq": str(stamp.seq)}
    return {"Frame-Session": stamp.session, **seq, "Frame-Captured-At": to_iso(stamp.captured_at_s)}
