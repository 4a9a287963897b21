"""Matches: the newest as a list, and in the form of the 2018 sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.api.rights import SEE_MATCHES
from services.bootstrap.api import ApiParts
from services.contract.match_models import MatchesOf2018Answer, RecordsAnswer
from services.contract.problem_models import REDIS_AWAY, problems

Thing = Annotated[str | None, Query(description="Only this camera's.", max_length=128)]


def build_router(parts: ApiParts, *, headers: Mapping[str, str] | None = None) -> APIRouter:
    """The routes over wired parts; the list of matches is sent with these headers."""
    router = APIRouter(tags=["matches"])

    @router.get(
        "/matches",
        dependencies=SEE_MATCHES,
        summary="List the newest matches",
        response_model=RecordsAnswer,
        responses=problems({422: "`limit` is '0'; expected 1 or more", 503: REDIS_AWAY}),
    )
    def matches(
        thing: Thing = None,
        limit: Annotated[int, Query(ge=1, le=100, description="How many records.")] = 20,
        after: Annotated[int, Query(ge=0, description="Only records with an id above this.")] = 0,
    ) -> Response:
        """The newest match records, newest first; with `after` only those of a later id."""
        records = parts.queue.latest(thing=thing, limit=limit, after=after)
        # Records are JSON already, and pages poll this: the model is for OpenAPI alone; nothing is parsed.
        return Response(
            f'{{"records":[{",".join(records)}]}}', media_type="application/json", headers=dict(headers or {})
        )

    @router.post(
        "/matches",
        dependencies=SEE_MATCHES,
        summary="Get the newest match in the form of 2018",
        responses=problems({503: REDIS_AWAY}),
    )
    def matches_2018() -> MatchesOf2018Answer:
        """The newest record as the 2018 sample's API answered; an empty queue answers with no matches.

        `body` is a match record as text, or what that sample's own search function has pushed. Apostrophes
        in it are written `\\u0027`, because the 2018 page swaps quotes before it parses. A body that is sent
        is not read.
        """
        body = parts.queue.newest_matches() or '{"matches":[]}'
        return MatchesOf2018Answer(statusCode="200", headers={"Content-type": "application/json"}, body=body)

    return router
