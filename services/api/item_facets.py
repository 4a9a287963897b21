"""The items that a query finds: their metadata by field, and all of them as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from services.api.item_queries import BAD_FACET, LOADING, Facets, Words, item_query
from services.api.items import item_answer, json_response
from services.api.rights import SEE_CATALOGUE
from services.api.stream import joined, json_lines
from services.bootstrap.api import ApiParts
from services.contract.item_models import FacetAnswer, FacetsAnswer, FacetValueAnswer
from services.contract.problem_models import STORE_AWAY, Responses, problems
from services.core.catalogue.item_search import FieldCounts, Sort
from services.core.catalogue.item_table import table_lines

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_PROBLEMS = problems({400: BAD_FACET, 503: [STORE_AWAY, LOADING]})
_EXPORT: Responses = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "id,title,url,link,colour\n"},
            "application/json": {"schema": {"type": "object"}, "example": {"items": []}},
        }
    }
}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get(
        "/items/facets",
        dependencies=SEE_CATALOGUE,
        summary="Count items by their metadata",
        response_model=FacetsAnswer,
        responses=_PROBLEMS,
    )
    def facets(q: Words = "", facet: Facets = ()) -> Response:
        """The metadata of the items that GET /items finds: each field with its commonest values.

        The counts of a field that is itself in `facet` are those without that wish: of what else one could
        choose. Values above 200 letters are left out.
        """
        total, found = parts.finder.facets(item_query(q, facet))
        return json_response(FacetsAnswer(total=total, facets=[_answer(each) for each in found]))

    @router.get(
        "/items/export",
        dependencies=SEE_CATALOGUE,
        summary="Export items as a table",
        response_class=StreamingResponse,
        responses={**_EXPORT, **_PROBLEMS},
    )
    def export(
        q: Words = "",
        facet: Facets = (),
        sort: Annotated[Sort | None, Query(description="Their order.")] = None,
        format: Annotated[Literal["csv", "json"], Query(description="The kind of file.")] = "csv",
    ) -> StreamingResponse:
        """All items that GET /items finds, as a file; pictures are not in it, but their addresses are.

        GET /items/archive has the pictures too.
        """
        query = item_query(q, facet, sort)
        parts.finder.catch_up()  # what fails is told before the file begins
        if format == "csv":
            lines = table_lines(lambda: parts.finder.all(query), url=parts.picture_url)
        else:
            lines = json_lines("items", (item_answer(parts, each) for each in parts.finder.all(query)))
        name = f"lookalike-items-{datetime.now(UTC):%Y-%m-%d}.{format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingResponse(joined(lines), media_type=_TYPES[format], headers=headers)

    return router


def _answer(counts: FieldCounts) -> FacetAnswer:
    values = [FacetValueAnswer(value=value, count=count) for value, count in counts.values]
    return FacetAnswer(field=counts.field, values=values, more=counts.more)
