"""Feedback on matches over HTTP."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from services.bootstrap.api import ApiParts
from services.core.catalogue.feedback import Feedback, take_feedback

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["right"],
                    "properties": {
                        "right": {"type": "boolean", "description": "whether the best match is right"},
                        "item": {"type": "string", "description": "the id of the item that it really was"},
                    },
                    "additionalProperties": False,
                }
            }
        },
    }
}


def build_router(parts: ApiParts) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["matches"])

    @router.post("/matches/{record_id}/feedback", openapi_extra=_BODY)
    async def feedback(record_id: int, request: Request) -> dict[str, Any]:
        """Say whether a record's best match is right; the last word on a record counts, and counts once."""
        said = Feedback.parse(await request.body())
        return await run_in_threadpool(_take, parts, record_id, said)

    return router


def _take(parts: ApiParts, record_id: int, said: Feedback) -> dict[str, Any]:
    record = parts.queue.get(record_id)
    if record is None:
        raise HTTPException(404, f"record {record_id} is not among the newest any more")
    really, change = take_feedback(parts.catalogue.store, record, said)
    # So that what was said can be changed when the record has long left the list.
    parts.queue.remember(record)
    return {"id": record_id, "right": said.right, "item": really, "change": change}
