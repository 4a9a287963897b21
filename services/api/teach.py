"""Teaching: moments of a thing before a camera, from which an item is made."""

from __future__ import annotations

import base64

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from common.moments import Moment
from common.wire import to_iso
from services.api.cameras import Thing
from services.api.picture_room import PictureRoom
from services.api.rights import KEY_NEEDED
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.contract.camera_models import MomentAnswer, MomentsAnswer
from services.contract.problem_models import BROKER_AWAY, BUSY_WITH_PICTURES, Responses, problems

# Requests at once, in the threads that serve all requests; each waits for a camera for some seconds.
AT_WORK = 4
_MOMENTS: Responses = problems(
    {
        404: "there is no camera 'cam-9'",
        409: [
            "cam-1 is offline, so it shows nothing now",
            "cam-1 gives no picture: pictures are switched off at it (LOOKALIKE_PREVIEW=0)",
        ],
        429: BUSY_WITH_PICTURES,
        503: BROKER_AWAY,
        504: "cam-1 is online, but sent no picture within 10 s; try again, or give a picture file",
    }
)


def build_router(parts: ApiParts, limits: LimitSettings) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["teaching"])
    room = PictureRoom(at_work=AT_WORK, waiting=limits.pictures_waiting, wait_s=limits.picture_wait_s)

    @router.post(
        "/cameras/{thing}/moments",
        dependencies=KEY_NEEDED,
        summary="Look at a thing for two seconds",
        responses=_MOMENTS,
    )
    async def moments(thing: Thing, request: Request) -> MomentsAnswer:
        """What the camera sees in the next two seconds: its best pictures, as different as there are.

        Turn the thing meanwhile. Each picture comes with the box of the thing, as the camera has found it;
        send it with the box that a person has checked to POST /items, with `taught=1`. Nothing is kept.
        """
        async with room.place(request), room.turn():
            found = await run_in_threadpool(_moments, parts, thing)
        return MomentsAnswer(thing=thing, moments=[_answer(moment) for moment in found])

    return router


def _moments(parts: ApiParts, thing: str) -> list[Moment]:
    try:
        return parts.snapshots.moments(thing, parts.cameras.get(thing))
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None


def _answer(moment: Moment) -> MomentAnswer:
    file = base64.b64encode(moment.jpeg).decode()
    captured_at = to_iso(moment.captured_at_s)
    return MomentAnswer(picture=f"data:image/jpeg;base64,{file}", box=moment.box, captured_at=captured_at)
