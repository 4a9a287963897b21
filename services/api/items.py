"""The catalogue over HTTP: the calls that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath

from services.api.etags import item_tag, seen_tags
from services.api.item_queries import BAD_CURSOR, BAD_FACET, CURSOR, LOADING, Facets, Words, item_query
from services.api.rights import SEE_CATALOGUE
from services.bootstrap.api import ApiParts
from services.contract.item_models import ItemAnswer, ItemFeedbackAnswer, ItemPageAnswer
from services.contract.model_base import Answer
from services.contract.problem_models import STORE_AWAY, problems
from services.core.catalogue.item_search import Sort
from services.core.catalogue.paging import sound_facts
from services.core.domain import ItemFacts
from services.core.errors import ConflictError, InputError, MissingError

ItemId = Annotated[str, InPath(description="The item's id.", examples=["mug-7"])]
NO_ITEM = "there is no item 'mug-7'"
DAMAGED = "item '{}' is damaged in the item store: {}; PUT it with title and picture, or DELETE it"
DAMAGED_ITEM = DAMAGED.format("mug-7", "it has no vectors")


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get(
        "/items",
        dependencies=SEE_CATALOGUE,
        summary="List items",
        response_model=ItemPageAnswer,
        responses=problems(
            {
                400: [BAD_FACET, BAD_CURSOR],
                422: "`limit` is '0'; expected 1 or more",
                503: [STORE_AWAY, LOADING],
            }
        ),
    )
    def items(
        cursor: Annotated[str, Query(max_length=CURSOR, description="`next` of the page before.")] = "",
        limit: Annotated[int, Query(ge=1, le=1000, description="How many items.")] = 100,
        text: Annotated[str, Query(max_length=200, description="Only items that hold this text.")] = "",
        q: Words = "",
        facet: Facets = (),
        sort: Annotated[Sort | None, Query(description="Their order.")] = None,
    ) -> Response:
        """A page of the catalogue, in the order of the ids; `next` is the cursor of the next page.

        With `q` those that have all its words, in any order: each is a part of the id, the title or a
        metadata value, or has a typo; those with all of them in the title come first. With `facet` those
        that have this metadata; of several of one field, one of them. With `text` those whose id, title or a
        metadata value holds it, in upper or lower case; it can't be combined.
        """
        query = item_query(q, facet, sort)
        if query.is_all:
            return json_response(_by_id(parts, after=cursor, limit=limit, text=text))
        if text:
            raise InputError("both `text` and `q`, `facet` or `sort` are given; expected `q` in its place")
        page = parts.finder.page(query, cursor=cursor, limit=limit)
        items = [item_answer(parts, item) for item in page.items]
        return json_response(ItemPageAnswer(items=items, next=page.next, total=page.total))

    @router.get(
        "/items/{item_id}",
        dependencies=SEE_CATALOGUE,
        summary="Get an item",
        response_model=ItemAnswer,
        responses={
            304: {"description": "It is that of If-None-Match."},
            **problems({404: NO_ITEM, 409: DAMAGED_ITEM, 503: STORE_AWAY}),
        },
    )
    def get(item_id: ItemId, request: Request) -> Response:
        """One item, with the addresses of its pictures; its ETag begins with its `revision`."""
        item = item_answer(parts, existing(parts, item_id))
        headers = {"ETag": item_tag(item), "Cache-Control": "no-cache"}
        if headers["ETag"] in seen_tags(request):
            return Response(status_code=304, headers=headers)
        return json_response(item, headers=headers)

    return router


def _by_id(parts: ApiParts, *, after: str, limit: int, text: str) -> ItemPageAnswer:
    """A page in the order of the ids, read from the item store alone."""
    store = parts.catalogue.store
    page = sound_facts(store, after=after, limit=limit + 1, text=text)
    shown = page[:limit]
    return ItemPageAnswer(
        items=[item_answer(parts, item) for item in shown],
        next=shown[-1].id if len(page) > limit else None,
        total=None if text else store.count(),
    )


def json_response(answer: Answer, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """An answer sent as it is; FastAPI would check a model again, which takes as long as making it."""
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")


def existing(parts: ApiParts, item_id: str) -> ItemFacts:
    """The item of an id; raises MissingError, or ConflictError if it is damaged."""
    (item,) = parts.catalogue.store.facts([item_id])
    if item is None:
        raise MissingError(f"there is no item {item_id!r}")
    if item.damage:
        raise ConflictError(DAMAGED.format(item.id, item.damage))
    return item


def item_answer(parts: ApiParts, item: ItemFacts) -> ItemAnswer:
    """An item as the api answers it."""
    return ItemAnswer(
        id=item.id,
        revision=item.revision,
        title=item.title,
        url=parts.picture_url(item),
        pictures=list(_picture_urls(parts, item)),
        taught=[place for place, key in enumerate(item.pictures) if key in item.taught],
        link=item.link,
        metadata=dict(item.metadata),
        model=item.model,
        views=item.views,
        feedback=ItemFeedbackAnswer(right=item.right, wrong=item.wrong),
    )


def _picture_urls(parts: ApiParts, item: ItemFacts) -> Iterator[str]:
    yield parts.picture_url(item)
    for number, key in enumerate(item.more_pictures, 1):
        yield f"{parts.picture_url(replace(item, picture=key))}&n={number}"
