"""Search by picture."""

from __future__ import annotations

import re
import time

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from common.wire import Observation, encode_observation
from services.api.body_schemas import image_form, request_body
from services.api.item_requests import read_image
from services.api.picture_room import PictureRoom
from services.api.rights import VIEW
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.contract.examples import RECORD
from services.contract.match_models import RecordAnswer
from services.contract.problem_models import (
    BUSY_WITH_PICTURES,
    LARGE_PICTURE,
    NO_PICTURE,
    SEARCH_AWAY,
    TOO_LARGE,
    Responses,
    problems,
)
from services.contract.search_models import LOADING
from services.core.errors import InputError
from services.core.records import UPLOAD, K

# Searches at once, in the threads that serve all requests; each waits a while for the search process.
AT_WORK = 4
_FORM = image_form(
    {"k": "3"},
    k={"type": "integer", "minimum": 1, "maximum": 100, "default": K, "description": "How many items."},
)
_FOUND = {**RECORD, "id": None, "thing": UPLOAD, "session": "00000000", "seq": 0, "frames": 1}
_ANSWERS: Responses = {
    200: {"content": {"application/json": {"example": _FOUND}}},
    **problems(
        {
            400: [
                "the field `image` holds no file; expected a picture in multipart/form-data",
                "k is '101'; expected a whole number from 1 to 100",
                NO_PICTURE,
            ],
            413: [TOO_LARGE, LARGE_PICTURE],
            429: BUSY_WITH_PICTURES,
            503: [SEARCH_AWAY, LOADING],
        }
    ),
}


def build_router(parts: ApiParts, limits: LimitSettings) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["search"])
    room = PictureRoom(at_work=AT_WORK, waiting=limits.pictures_waiting, wait_s=limits.picture_wait_s)

    @router.post(
        "/search",
        dependencies=VIEW,
        summary="Search by picture",
        response_model=RecordAnswer,
        openapi_extra=request_body({"multipart/form-data": _FORM}),
        responses=_ANSWERS,
    )
    async def search(request: Request) -> Response:
        """The `k` items that look like the uploaded `image`, best first, as a match record.

        Its `id` is null and its `thing` is `upload`, because it was never in the queue. `box` is the part
        of the upright picture (after its EXIF orientation) that was looked at.
        """
        async with room.place(request):
            async with request.form(max_files=1, max_fields=10) as form:
                content, k = await read_image(form), _parse_k(form.get("k"))
            async with room.turn():
                record = await run_in_threadpool(_search, parts, content, k)
        # The search has written it as JSON already; the model is for OpenAPI.
        return Response(record, media_type="application/json")

    return router


def _parse_k(value: object) -> int:
    if value is None:
        return K
    # At most three digits: Python refuses to read thousands of them.
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{1,3}", value) is None or not 1 <= int(value) <= 100:
        raise InputError(f"k is {str(value)[:40]!a}; expected a whole number from 1 to 100")
    return int(value)


def _search(parts: ApiParts, content: bytes, k: int) -> str:
    """The search process's record of a picture, featurised here; without an id, as it is in no queue."""
    started_s = time.time()
    picture, _suffix = parts.catalogue.decode(content)
    decoded_s = time.time()
    vectors, ((x, y, width, height),) = parts.catalogue.featurizer.look([picture])
    box = (float(x), float(y), float(width), float(height))
    local = parts.catalogue.describer.describe(picture, box)
    timings_ms = {"capture": (decoded_s - started_s) * 1000, "embed": (time.time() - decoded_s) * 1000}
    seen = Observation(
        thing=UPLOAD,
        vectors=vectors,
        # Dated now: decoding a large picture takes longer than an observation may be old.
        captured_at_s=time.time(),
        session="00000000",
        seq=0,
        model=parts.catalogue.featurizer.fingerprint,
        box=box,
        timings_ms=timings_ms,
        local=local,
    )
    record = parts.search.search(encode_observation(seen), k=k)
    return f'{{"id":null,{record.removeprefix("{")}'
