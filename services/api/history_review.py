"""The history over HTTP: the review inbox, reviews, and deletion."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from services.api.body_schemas import json_body
from services.api.history import AWAY, OFF, history_of, read_time, showing_answer
from services.api.items import json_response
from services.api.request_body import read_body
from services.api.rights import CHANGE, VIEW, demand
from services.bootstrap.api import ApiParts
from services.contract.history_models import (
    DeletedAnswer,
    InboxAnswer,
    InboxGroupAnswer,
    ReviewBody,
    ReviewedAnswer,
)
from services.contract.model_base import ShowingNumber
from services.contract.problem_models import DISK_FULL, STORE_AWAY, problems
from services.core.access.roles import Role
from services.core.domain import check_item_id
from services.core.errors import InputError
from services.core.history.review import Reviews
from services.core.history.showing import Review

# Showings that one call may name.
MOST_IDS = 500
_NAMED = "expected `before`, or one or more `id`"
_NONE_LEFT = "none of these showings is in the history (any more)"


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["history"])

    def reviews() -> Reviews:
        return Reviews(history_of(parts), parts.catalogue.store)

    @router.get(
        "/history/inbox",
        dependencies=VIEW,
        summary="Get what waits for a review",
        response_model=InboxAnswer,
        responses=problems({501: OFF, 503: AWAY}),
    )
    def inbox() -> Response:
        """Showings of all cameras that were unsure or wrong, in groups, the newest 500.

        A group has the same two likeliest items: it is probably of one thing. A showing comes here when it
        has ended. The inbox is the same for everybody who looks.
        """
        found = reviews().inbox()
        groups = [
            InboxGroupAnswer(id=each.id, showings=[showing_answer(showing) for showing in each.showings])
            for each in found.groups
        ]
        headers = {"Cache-Control": "no-store"}
        return json_response(InboxAnswer(groups=groups, open=found.open), headers=headers)

    @router.post(
        "/history/review",
        dependencies=CHANGE,
        summary="Say what showings were",
        openapi_extra=json_body(ReviewBody),
        response_model=ReviewedAnswer,
        responses=problems(
            {
                400: [
                    "`is` is 'open'; expected item, new_item, not_in_catalogue, ignored or null",
                    "there is no item 'vase' in the catalogue (any more); expected the id of one",
                ],
                404: _NONE_LEFT,
                413: "the JSON has more than 1048576 bytes",
                501: OFF,
                503: [AWAY, STORE_AWAY],
                507: DISK_FULL,
            }
        ),
    )
    async def review(request: Request) -> Response:
        """Review showings together: `is` is what they were; null takes their reviews back.

        What a review says of a match counts for the items like POST /matches/{id}/feedback. It teaches no
        picture: POST /items and POST /items/{id}/views take a showing's picture as `showing`.
        """
        body = await read_body(request, ReviewBody)
        if len(body.ids) > MOST_IDS:
            raise InputError(f"`ids` has {len(body.ids)} ids; expected at most {MOST_IDS}")
        item = body.item if body.item is None else check_item_id(body.item)
        outcome = None if body.outcome is None else Review(body.outcome)
        found = await run_in_threadpool(reviews().review, body.ids, outcome, item)
        return json_response(ReviewedAnswer(showings=[showing_answer(each) for each in found]))

    @router.delete(
        "/history",
        dependencies=CHANGE,
        summary="Delete showings",
        responses=problems({400: _NAMED, 422: "`id` is 'x'; expected a whole number", 501: OFF, 503: AWAY}),
    )
    def delete(
        request: Request,
        before: Annotated[str, Query(max_length=40, description="Delete those that began before.")] = "",
        thing: Annotated[
            str | None, Query(max_length=128, description="With `before`: only this camera's.")
        ] = None,
        id: Annotated[list[ShowingNumber], Query(max_length=MOST_IDS, description="Delete these.")] = [],  # noqa: B006
    ) -> DeletedAnswer:
        """Delete showings and their pictures for good, by age or by id; one that lasts only by its id.

        Only the owner's key may delete by age.
        """
        history = history_of(parts)
        if bool(before) == bool(id):
            raise InputError(_NAMED)
        before_s = read_time("before", before)
        if before_s is not None:
            demand(request, Role.OWNER)
        return DeletedAnswer(
            deleted=history.delete(id) if before_s is None else history.delete_before(before_s, thing=thing)
        )

    return router
