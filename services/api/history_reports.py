"""The history over HTTP: a day's summary, and exports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from services.api.history import AWAY, OFF, history_of, showing_answer, wanted
from services.api.history_export import FORMS
from services.api.items import json_response
from services.api.rights import VIEW
from services.api.stream import joined
from services.bootstrap.api import ApiParts
from services.contract.history_models import (
    SHOWING,
    DayAnswer,
    HourAnswer,
    MostShownAnswer,
)
from services.contract.problem_models import Responses, problems
from services.core.errors import InputError
from services.core.history.ports import Wanted, all_of
from services.core.history.summary import Counts, DaySummary, summarised

_DAY = "`day` is 'x'; expected a date such as 2026-11-29"
_EXPORT: Responses = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "id,camera,began_at,…"},
            "application/json": {"schema": {"type": "object"}, "example": {"showings": [SHOWING]}},
        }
    }
}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["history"])

    @router.get(
        "/history/summary",
        dependencies=VIEW,
        summary="Get a day's summary",
        response_model=DayAnswer,
        responses=problems({400: _DAY, 422: "`zone` is 'x'; expected a whole number", 501: OFF, 503: AWAY}),
    )
    def summary(
        day: Annotated[str, Query(max_length=10, description="The date; without it today.")] = "",
        zone: Annotated[
            int, Query(ge=-840, le=840, description="Minutes that the day's clock is ahead of UTC.")
        ] = 0,
        thing: Annotated[str | None, Query(max_length=128, description="Only this camera's.")] = None,
    ) -> Response:
        """How many showings a day had, of what, how many were put right, and how long answers took."""
        began = _day(day, zone)
        from_s, to_s = began.timestamp(), (began + timedelta(days=1)).timestamp()
        store = history_of(parts).store
        found = summarised(all_of(store, Wanted(thing=thing, from_s=from_s, to_s=to_s)), from_s=from_s)
        local = (began + timedelta(minutes=zone)).date()
        return json_response(_answer(local, thing, found), headers={"Cache-Control": "no-store"})

    @router.get(
        "/history/export",
        dependencies=VIEW,
        summary="Export showings",
        response_class=StreamingResponse,
        responses={**_EXPORT, **problems({400: "`from` is 'x'; expected a time", 501: OFF, 503: AWAY})},
    )
    def export(
        asked: Annotated[Wanted, Depends(wanted)],
        format: Annotated[Literal["csv", "json"], Query(description="The kind of file.")] = "csv",
    ) -> StreamingResponse:
        """All showings that are asked for, newest first, as a file; pictures are not in it."""
        store = history_of(parts).store
        store.page(asked, limit=1)  # a store that fails is told before the file begins
        media_type, lines = FORMS[format]
        found = (showing_answer(each) for each in all_of(store, asked))
        name = f"lookalike-history-{datetime.now(UTC):%Y-%m-%d}.{format}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(joined(lines(found)), media_type=media_type, headers=headers)

    return router


def _day(text: str, zone_min: int) -> datetime:
    """The beginning of a day by a clock that is ahead of UTC by these minutes; raises InputError."""
    ahead = timedelta(minutes=zone_min)
    try:
        day = date.fromisoformat(text) if text else (datetime.now(UTC) + ahead).date()
        began = datetime(day.year, day.month, day.day, tzinfo=UTC) - ahead
        began.timestamp(), (began + timedelta(days=1)).timestamp()
    except (ValueError, OverflowError):
        raise InputError(f"`day` is {text[:40]!a}; expected a date such as 2026-11-29") from None
    return began


def _answer(day: date, thing: str | None, found: DaySummary) -> DayAnswer:
    counts, rate = found.counts, found.counts.correction_rate
    return DayAnswer(
        day=day.isoformat(),
        thing=thing,
        shown=counts.shown,
        matched=counts.match,
        unsure=counts.unsure,
        unknown=counts.no_match,
        judged=counts.judged,
        wrong=counts.wrong,
        correction_rate=None if rate is None else round(rate, 4),
        latency_p50_ms=found.latency_p50_ms,
        latency_p95_ms=found.latency_p95_ms,
        most_shown=[
            MostShownAnswer(id=each.id, title=each.title, count=each.count) for each in found.most_shown
        ],
        hours=[_hour(hour, each) for hour, each in enumerate(found.hours)],
    )


def _hour(hour: int, counts: Counts) -> HourAnswer:
    return HourAnswer(
        hour=hour,
        shown=counts.shown,
        matched=counts.match,
        unsure=counts.unsure,
        unknown=counts.no_match,
    )
