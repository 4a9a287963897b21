"""The catalogue over HTTP: changes of many items at once."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import json_body
from services.api.item_queries import LOADING, item_query
from services.api.items import json_response
from services.api.request_body import parse_body, read_json_bytes
from services.api.rights import CHANGE
from services.bootstrap.api import ApiParts
from services.contract.item_models import BatchAnswer, BatchBody, RefusedChangeAnswer
from services.contract.problem_models import DISK_FULL, STORE_AWAY, problems
from services.core.catalogue.batches import MOST_ITEMS, BatchChanged, BatchEdit
from services.core.errors import InputError

# 10,000 ids of the longest.
_MOST_BYTES = 4 * 2**20
_TOO_MANY = (
    f"more than {MOST_ITEMS:,} items match; expected at most as many at once: narrow it with `q` or `facet`"
)
_PROBLEMS = problems(
    {
        400: [
            "expected either `ids` or `matching`",
            f"10,001 items; expected at most {MOST_ITEMS:,} at once",
            "`title` can't be changed of many items at once; expected fields of metadata",
        ],
        413: f"the JSON has more than {_MOST_BYTES} bytes",
        503: [STORE_AWAY, LOADING],
        507: DISK_FULL,
    }
)


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])
    # Each may have 10,000 items in hand.
    turn = asyncio.Semaphore(1)

    @router.post(
        "/items/batch",
        dependencies=CHANGE,
        summary="Change or delete many items",
        response_model=BatchAnswer,
        openapi_extra=json_body(BatchBody),
        responses=_PROBLEMS,
    )
    async def batch(request: Request) -> Response:
        """Set and remove metadata of many items, or delete them, with one undo for all.

        It is one step of the item store (in DynamoDB one for each 98 items). Items that others change at that
        moment, that are gone or damaged are refused, each with the reason, and the rest is done.
        """
        content = await read_json_bytes(request, most_bytes=_MOST_BYTES)
        async with turn:
            changed, request.state.done = await run_in_threadpool(_changed, parts, content)
        return batch_response(changed)

    return router


def batch_response(changed: BatchChanged) -> Response:
    """A change of many items as the api answers it."""
    refused = [RefusedChangeAnswer(id=each, detail=why) for each, why in changed.refused.items()]
    answer = BatchAnswer(changed=changed.changed, refused=refused, change=changed.change, undo=changed.undo)
    return json_response(answer)


def _changed(parts: ApiParts, content: bytes) -> tuple[BatchChanged, str]:
    """What was changed, and what was done in the audit's words."""
    body = parse_body(content, BatchBody)
    edit = None if body.delete else BatchEdit(body.set, body.remove)
    ids = _ids(parts, body)
    if edit is None:
        return parts.batches.delete(ids), "deleted items"
    return parts.batches.edit(ids, edit), "changed items"


def _ids(parts: ApiParts, body: BatchBody) -> list[str]:
    if body.matching is None:
        return body.ids or []
    query = item_query(body.matching.q, body.matching.facet)
    ids = parts.finder.ids(query, most=MOST_ITEMS + 1)
    if len(ids) > MOST_ITEMS:
        raise InputError(_TOO_MANY)
    return ids
