"""Teaching: moments of a thing before a camera, and the trial of the item that is made of them."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from common.moments import Moment
from common.wire import Observation, encode_observation, is_thing, to_iso
from services.api.body_schemas import PICTURES, image_form, request_body
from services.api.cameras import Thing
from services.api.item_requests import PictureSource, picture_form, read_pictures
from services.api.picture_room import PictureRoom
from services.api.rights import WORK
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.contract.camera_models import MomentAnswer, MomentsAnswer
from services.contract.problem_models import (
    BROKER_AWAY,
    BUSY_WITH_PICTURES,
    LARGE_PICTURE,
    NO_PICTURE,
    SEARCH_AWAY,
    TOO_LARGE,
    Responses,
    problems,
)
from services.contract.search_models import LOADING
from services.contract.teach_models import TrialAnswer
from services.core.errors import InputError

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
        504: "cam-1 is online, but sent no picture within 15 s; try again, or give a picture file",
    }
)
_TRIAL_FORM = image_form(
    {"box": "0.31,0.22,0.38,0.55", "thing": "cam-1"},
    box=PICTURES["box"],
    thing={"type": "string", "description": "The camera's name."},
    item={"type": "string", "description": "The id of the item that they are added to, if there is one."},
)
_TRIAL: Responses = problems(
    {
        400: ["there is no picture; expected files `image` in multipart/form-data", NO_PICTURE],
        413: [TOO_LARGE, LARGE_PICTURE],
        429: BUSY_WITH_PICTURES,
        503: [SEARCH_AWAY, LOADING],
    }
)


def build_router(parts: ApiParts, limits: LimitSettings) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["teaching"])
    room = PictureRoom(at_work=AT_WORK, waiting=limits.pictures_waiting, wait_s=limits.picture_wait_s)

    @router.post(
        "/cameras/{thing}/moments",
        dependencies=WORK,
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

    @router.post(
        "/teach/trial",
        dependencies=WORK,
        summary="Try a new item",
        openapi_extra=request_body({"multipart/form-data": _TRIAL_FORM}),
        responses=_TRIAL,
    )
    async def trial(request: Request) -> TrialAnswer:
        """What an item of these pictures would have been named for in the camera's last minute.

        It is searched for beside the catalogue's items, in each frame of that minute (one a second). Frames
        of the thing itself are told from the scene before and after by their likeness. Nothing is kept.
        """
        async with room.place(request):
            async with picture_form(request) as form:
                asked = await _read_trial(form)
            async with room.turn():
                return TrialAnswer(**await run_in_threadpool(_try, parts, asked))

    return router


@dataclass(frozen=True, slots=True)
class _Asked:
    """A trial: the pictures of the item, the camera, and the item that they are added to, if it exists."""

    source: PictureSource
    thing: str
    item: str | None


async def _read_trial(form: FormData) -> _Asked:
    source, thing, item = await read_pictures(form), form.get("thing", ""), form.get("item", "")
    if source is None:
        raise InputError("there is no picture; expected files `image` in multipart/form-data")
    if not isinstance(thing, str) or not is_thing(thing):
        raise InputError(f"thing is {str(thing)[:40]!a}; expected a camera's name")
    return _Asked(source, thing, str(item) or None)


def _try(parts: ApiParts, asked: _Asked) -> dict[str, Any]:
    """The search process's trial of the pictures' vectors, which are made here."""
    taught = replace(asked.source, taught=True).cut(parts.cut_outs)
    pictures = [parts.catalogue.decode(each.content)[0] for each in taught]
    vectors = [parts.catalogue.made_of(picture, taught=True).vectors for picture in pictures]
    seen = Observation(
        thing=asked.thing,
        vectors=np.concatenate(vectors),
        captured_at_s=time.time(),
        session="00000000",
        seq=0,
        model=parts.catalogue.featurizer.fingerprint,
    )
    return parts.search.trial(encode_observation(seen), thing=asked.thing, item=asked.item)


def _moments(parts: ApiParts, thing: str) -> list[Moment]:
    try:
        return parts.snapshots.moments(thing, parts.cameras.get(thing))
    except TimeoutError as error:
        raise HTTPException(504, str(error)) from None


def _answer(moment: Moment) -> MomentAnswer:
    file = base64.b64encode(moment.jpeg).decode()
    captured_at = to_iso(moment.captured_at_s)
    return MomentAnswer(picture=f"data:image/jpeg;base64,{file}", box=moment.box, captured_at=captured_at)
