"""Search by picture."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from common.wire import Observation, encode_observation
from services.api.item_requests import read_image
from services.bootstrap.api import ApiParts
from services.core.domain import InputError

UPLOAD = "upload"
K = 6


def build_router(parts: ApiParts) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["search"])

    @router.post("/search")
    async def search(request: Request) -> dict[str, Any]:
        """The items that look like the uploaded `image`, as a match record; `k` says how many."""
        async with request.form(max_files=1, max_fields=10) as form:
            content, k = await read_image(form), _parse_k(form.get("k"))
        return await run_in_threadpool(_search, parts, content, k)

    return router


def _parse_k(value: object) -> int:
    if value is None:
        return K
    # Not more than three digits: Python refuses to read thousands.
    if not isinstance(value, str) or re.fullmatch(r"[0-9]{1,3}", value) is None or not 1 <= int(value) <= 100:
        raise InputError(f"k is {str(value)[:40]!a}; expected a whole number from 1 to 100")
    return int(value)


def _search(parts: ApiParts, content: bytes, k: int) -> dict[str, Any]:
    """Featurise here, search there: the record has no id, because it never was in the match queue."""
    started_s = time.time()
    picture, _suffix = parts.catalogue.decode(content)
    decoded_s = time.time()
    vectors, ((x, y, width, height),) = parts.catalogue.featurizer.look([picture])
    timings_ms = {"capture": (decoded_s - started_s) * 1000, "embed": (time.time() - decoded_s) * 1000}
    seen = Observation(
        thing=UPLOAD,
        vectors=vectors,
        captured_at_s=started_s,
        session="00000000",
        seq=0,
        model=parts.catalogue.featurizer.fingerprint,
        box=(float(x), float(y), float(width), float(height)),
        timings_ms=timings_ms,
    )
    return {"id": None, **json.loads(parts.search.search(encode_observation(seen), k=k))}
