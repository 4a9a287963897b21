"""The catalogue over HTTP: what reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from services.api.etags import item_tag, seen_tags
from services.bootstrap.api import ApiParts
from services.core.domain import ItemFacts, MissingError


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get("/items")
    def items(
        cursor: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        text: Annotated[str, Query(max_length=200)] = "",
    ) -> dict[str, Any]:
        """A page of the catalogue in the order of its ids; `next` is the cursor of the page behind it.

        With `text` only those items whose id, title or a metadata value holds it, in upper or lower case.
        """
        page = parts.catalogue.store.facts_page(after=cursor, limit=limit + 1, text=text)
        shown = page[:limit]
        return {
            "items": [item_json(parts, item) for item in shown],
            "next": shown[-1].id if len(page) > limit else None,
        }

    @router.get("/items/{item_id}", responses={304: {"description": "it is that of If-None-Match"}})
    def get(item_id: str, request: Request) -> Response:
        """One item; its ETag begins with its `revision`."""
        item = item_json(parts, existing(parts, item_id))
        headers = {"ETag": item_tag(item), "Cache-Control": "no-cache"}
        if headers["ETag"] in seen_tags(request):
            return Response(status_code=304, headers=headers)
        return JSONResponse(item, headers=headers)

    return router


def existing(parts: ApiParts, item_id: str) -> ItemFacts:
    """The item of an id; raises MissingError."""
    (item,) = parts.catalogue.store.facts([item_id])
    if item is None:
        raise MissingError(f"there is no item {item_id!r}")
    return item


def item_json(parts: ApiParts, item: ItemFacts) -> dict[str, Any]:
    """An item as it is told; `pictures` are the addresses of all its pictures, `views` counts its vectors."""
    return {
        "id": item.id,
        "revision": item.revision,
        "title": item.title,
        "url": parts.picture_url(item),
        "pictures": list(_picture_urls(parts, item)),
        "link": item.link,
        "metadata": dict(item.metadata),
        "model": item.model,
        "views": item.views,
        "feedback": {"right": item.right, "wrong": item.wrong},
    }


def _picture_urls(parts: ApiParts, item: ItemFacts) -> Iterator[str]:
    yield parts.picture_url(item)
    for number, key in enumerate(item.more_pictures, 1):
        yield f"{parts.picture_url(replace(item, picture=key))}&n={number}"
