"""The history of showings over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from fastapi import Path as InPath

from common.wire import to_iso
from services.api.cameras import JPEG
from services.api.items import json_response
from services.api.rights import VIEW
from services.bootstrap.api import ApiParts
from services.contract.history_models import (
    Fed,
    Reviewed,
    RunnerUpAnswer,
    ShowingAnswer,
    ShowingPageAnswer,
    ShownItemAnswer,
)
from services.contract.problem_models import problems
from services.core.errors import InputError
from services.core.history.history import History
from services.core.history.ports import Position, Wanted
from services.core.history.showing import Review, SaidOf, Showing
from services.core.records import Verdict

OFF = "the history is switched off (LOOKALIKE_HISTORY_DAYS=0)"
NOT_HERE = "no history is kept here: LOOKALIKE_HISTORY names no table, or LOOKALIKE_HISTORY_DAYS is 0"
AWAY = "history /data/history.sqlite: database is locked"
GONE = "there is no showing 1764423000123 in the history (any more)"
_TIME = "`from` is 'x'; expected a time such as 2026-11-29T13:30:00Z, or a date"
ShowingId = Annotated[
    int, InPath(ge=0, le=2**63 - 1, description="The showing's id.", examples=[1764423000123])
]
NotAfter = Annotated[str, Query(max_length=40, description="`next` of the page before.")]


def why_off(history: History | None) -> str | None:
    """Why no history is kept, None if one is."""
    if history is None:
        return NOT_HERE
    return None if history.days else OFF


def history_of(parts: ApiParts) -> History:
    """The history, up to date; raises HTTPException where none is kept."""
    if (why := why_off(parts.history)) is not None:
        raise HTTPException(501, why)
    assert parts.history is not None
    parts.history.keeper.catch_up()
    return parts.history


def wanted(
    thing: Annotated[str | None, Query(max_length=128, description="Only this camera's.")] = None,
    from_: Annotated[
        str, Query(alias="from", max_length=40, description="Only those that began then or later.")
    ] = "",
    to: Annotated[str, Query(max_length=40, description="Only those that began before.")] = "",
    verdict: Annotated[Verdict | None, Query(description="Only those of this verdict.")] = None,
    item: Annotated[str | None, Query(max_length=200, description="Only those taken for this item.")] = None,
    feedback: Annotated[Fed | None, Query(description="Only those with this feedback.")] = None,
    review: Annotated[Reviewed | None, Query(description="Only those whose review is this.")] = None,
) -> Wanted:
    """The showings that a request asks for."""
    return Wanted(
        thing=thing,
        from_s=read_time("from", from_),
        to_s=read_time("to", to),
        verdict=verdict,
        item=item,
        feedback=feedback and SaidOf(feedback),
        review=review and Review(review),
    )


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["history"])

    @router.get(
        "/history",
        dependencies=VIEW,
        summary="List showings",
        response_model=ShowingPageAnswer,
        responses=problems({400: _TIME, 422: "`limit` is '0'; expected 1 or more", 501: OFF, 503: AWAY}),
    )
    def history(
        asked: Annotated[Wanted, Depends(wanted)],
        limit: Annotated[int, Query(ge=1, le=500, description="How many showings.")] = 50,
        after: NotAfter = "",
    ) -> Response:
        """What the cameras showed, newest first: one row a showing, not a frame.

        Times have a zone, such as `2026-11-29T13:30:00Z`; a date alone begins at midnight UTC. A showing is
        here within a second.
        """
        place = Position.parse(after) if after else None
        page = history_of(parts).store.page(asked, after=place, limit=limit + 1)
        shown = page[:limit]
        following = str(Position.of(shown[-1])) if len(page) > limit else None
        return json_response(
            ShowingPageAnswer(showings=[showing_answer(each) for each in shown], next=following),
            headers={"Cache-Control": "no-store"},
        )

    @router.get(
        "/history/{showing_id}",
        dependencies=VIEW,
        summary="Get a showing",
        response_model=ShowingAnswer,
        responses=problems({404: GONE, 501: OFF, 503: AWAY}),
    )
    def showing(showing_id: ShowingId) -> Response:
        """One showing."""
        found = history_of(parts).get(showing_id)
        return json_response(showing_answer(found), headers={"Cache-Control": "no-store"})

    @router.get(
        "/history/{showing_id}/picture",
        dependencies=VIEW,
        summary="Get a showing's picture",
        response_class=Response,
        responses={
            200: {"content": JPEG},
            **problems({404: [GONE, "no picture of showing 1764423000123 was kept"], 501: OFF, 503: AWAY}),
        },
    )
    def picture(showing_id: ShowingId) -> Response:
        """What the camera saw: the thing with a margin around it, cut from the frame that was judged."""
        jpeg = history_of(parts).picture(showing_id)
        headers = {"Cache-Control": "private, max-age=60", "Cross-Origin-Resource-Policy": "same-origin"}
        return Response(jpeg, media_type="image/jpeg", headers=headers)

    return router


def read_time(name: str, text: str) -> float | None:
    """A time in Unix seconds, None for an empty text; raises InputError."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise InputError(
            f"`{name}` is {text[:40]!a}; expected a time such as 2026-11-29T13:30:00Z, or a date"
        ) from None


def showing_answer(showing: Showing) -> ShowingAnswer:
    """A showing as the api answers it."""
    item = showing.item
    return ShowingAnswer(
        id=showing.id,
        thing=showing.thing,
        began_at=to_iso(showing.began_at_s),
        seen_at=to_iso(showing.seen_at_s),
        ended_at=to_iso(showing.seen_at_s) if showing.ended else None,
        verdict=showing.verdict.value,
        item=None if item is None else ShownItemAnswer(id=item.id, title=item.title),
        link=showing.link,
        score=showing.score,
        runners_up=[
            RunnerUpAnswer(id=each.id, title=each.title, score=each.score) for each in showing.runners_up
        ],
        price=showing.price,
        frames=showing.frames,
        latency_ms=showing.latency_ms,
        picture=showing.has_picture,
        feedback=showing.said.feedback and showing.said.feedback.value,
        review=showing.review and showing.review.value,
        reviewed_item=showing.said.reviewed_item,
    )
