"""The health of the catalogue over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from common.wire import to_iso
from services.api.items import json_response
from services.api.rights import VIEW
from services.bootstrap.api import ApiParts
from services.contract.item_health_models import (
    CheckingAnswer,
    ItemHealthAnswer,
    ProblemAnswer,
    ProblemItemAnswer,
)
from services.contract.problem_models import STORE_AWAY, problems
from services.core.catalogue.health.problem import ADVICE, Kind, Problem
from services.core.catalogue.health.watch import HealthWatch
from services.core.domain import ItemFacts

# Items of one problem that are shown.
_MOST_ITEMS = 10


def build_router(parts: ApiParts, watch: HealthWatch) -> APIRouter:
    """The route over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get(
        "/items/health",
        dependencies=VIEW,
        summary="Check the catalogue for duplicates and weak pictures",
        response_model=ItemHealthAnswer,
        responses=problems({422: "`limit` is '0'; expected 1 or more", 503: STORE_AWAY}),
    )
    def item_health(
        kind: Annotated[Kind | None, Query(description="Only problems of this kind.")] = None,
        limit: Annotated[int, Query(ge=1, le=500, description="How many of each kind.")] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9, description="How many of each kind to skip.")] = 0,
        again: Annotated[bool, Query(description="Check again, even if no item has changed.")] = False,
    ) -> Response:
        """Items with the same picture, items that are too near to be told apart, those that people often
        corrected, blurred and tiny pictures, items with one picture, and items that no camera ever showed.

        A check runs beside everything else and takes seconds to minutes, as all pictures are read the first
        time. It begins with the first call and with one after a change; ask again while `checking` says
        how far it is. Until it ends the report before it is given.
        """
        state = watch.state(again=again)
        report = state.report
        wanted = [kind] if kind else list(Kind)
        shown = [each for one in wanted for each in report.of(one)[offset : offset + limit]] if report else []
        answer = ItemHealthAnswer(
            checked_at=to_iso(report.checked_at_s) if report else None,
            checking=CheckingAnswer(done=state.checking[0], of=state.checking[1]) if state.checking else None,
            trouble=state.trouble,
            items=report.items if report else 0,
            unread=report.unread if report else 0,
            counts={kind.value: number for kind, number in report.counts.items()} if report else {},
            problems=_answers(parts, shown),
        )
        return json_response(answer, headers={"Cache-Control": "no-store"})

    return router


def _answers(parts: ApiParts, shown: list[Problem]) -> list[ProblemAnswer]:
    """The problems with their items as they are now; without those whose items are gone."""
    ids = list(dict.fromkeys(item_id for each in shown for item_id in each.items[:_MOST_ITEMS]))
    facts = {each.id: each for each in parts.catalogue.store.facts(ids) if each is not None}
    return [
        ProblemAnswer(
            kind=each.kind.value,
            items=[_item(parts, facts[item_id], each.place) for item_id in each.items if item_id in facts],
            value=each.value,
            picture=each.place,
            detail=each.detail,
            advice=ADVICE[each.kind],
        )
        for each in shown
        if facts.keys() & {*each.items}
    ]


def _item(parts: ApiParts, facts: ItemFacts, place: int) -> ProblemItemAnswer:
    # Its pictures may be others by now.
    place = place if place < len(facts.pictures) else 0
    url = parts.picture_url(replace(facts, picture=facts.pictures[place]))
    return ProblemItemAnswer(id=facts.id, title=facts.title, url=f"{url}&n={place}" if place else url)
