"""Feedback on matches over HTTP."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import json_body
from services.api.request_body import read_body
from services.api.rights import CHANGE
from services.bootstrap.api import ApiParts
from services.contract.examples import RECORD
from services.contract.match_models import FeedbackAnswer, FeedbackBody
from services.contract.problem_models import REDIS_AWAY, problems
from services.core.catalogue.feedback import Feedback, take_feedback
from services.core.domain import check_item_id
from services.core.history.review import said_by

_PROBLEMS = problems(
    {
        400: [
            f"`right` is 'yes'; {FeedbackBody.expected}",
            "there is no item 'vase' in the catalogue (any more); expected the id of one",
        ],
        404: "record 1764423000123 is not among the newest any more",
        413: "the JSON has more than 1048576 bytes",
        422: "`record_id` is 'x'; expected a whole number",
        503: REDIS_AWAY,
    }
)
RecordId = Annotated[int, InPath(description="The id of a match record.", examples=[RECORD["id"]])]


def build_router(parts: ApiParts) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["matches"])

    @router.post(
        "/matches/{record_id}/feedback",
        dependencies=CHANGE,
        summary="Say whether a match is right",
        openapi_extra=json_body(FeedbackBody),
        responses=_PROBLEMS,
    )
    async def feedback(record_id: RecordId, request: Request) -> FeedbackAnswer:
        """Say whether a record's best match is right, and if not, which item it really was.

        It is taken while the record is among the newest 600 of all cameras, and may change for a day after
        that. The last feedback on a record counts, and counts once; `null` for `right` withdraws it.
        """
        body = await read_body(request, FeedbackBody)
        said = Feedback(body.right, body.item if body.item is None else check_item_id(body.item))
        return await run_in_threadpool(_take, parts, record_id, said)

    return router


def _take(parts: ApiParts, record_id: int, said: Feedback) -> FeedbackAnswer:
    record = parts.queue.get(record_id)
    if record is None:
        raise HTTPException(404, f"record {record_id} is not among the newest any more")
    really, change = take_feedback(parts.catalogue.store, record, said)
    # So that the feedback can be changed after the record has left the list.
    parts.queue.remember(record)
    if parts.history is not None:
        said_of = said_by(record_id, right=said.right, item=said.item)
        parts.history.keeper.say(json.loads(record)["thing"], record_id, said_of)
    return FeedbackAnswer(id=record_id, right=said.right, item=really, change=change)
