"""The catalogue over HTTP: what reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.bootstrap.api import ApiParts
from services.core.domain import Item, MissingError

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}


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
        page = parts.catalogue.store.page(after=cursor, limit=limit + 1, text=text)
        shown = page[:limit]
        return {
            "items": [item_json(parts, item) for item in shown],
            "next": shown[-1].id if len(page) > limit else None,
        }

    @router.get("/items/{item_id}")
    def get(item_id: str) -> dict[str, Any]:
        """One item."""
        return item_json(parts, _existing(parts, item_id))

    @router.get("/items/{item_id}/image")
    def image(item_id: str, n: Annotated[int, Query(ge=0)] = 0) -> Response:
        """One of an item's pictures as it was given: `n` is its place in `pictures`."""
        item = _existing(parts, item_id)
        if n >= len(item.pictures):
            raise MissingError(f"item {item_id!r} has the pictures 0 to {len(item.pictures) - 1}, and no {n}")
        key = item.pictures[n]
        content = parts.catalogue.pictures.get(key)
        if content is None:
            raise MissingError(f"picture {n} of item {item_id!r} is gone")
        # Its address changes with the picture, so a browser may keep it for ever.
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(content, media_type=_TYPES[key[key.rindex(".") :]], headers=headers)

    return router


def _existing(parts: ApiParts, item_id: str) -> Item:
    (item,) = parts.catalogue.store.get_many([item_id])
    if item is None:
        raise MissingError(f"there is no item {item_id!r}")
    return item


def item_json(parts: ApiParts, item: Item) -> dict[str, Any]:
    """An item as it is told; `pictures` are the addresses of all its pictures, `views` counts its vectors."""
    return {
        "id": item.id,
        "title": item.title,
        "url": parts.picture_url(item),
        "pictures": list(_picture_urls(parts, item)),
        "link": item.link,
        "metadata": dict(item.metadata),
        "model": item.model,
        "views": len(item.vectors),
        "feedback": {"right": item.right, "wrong": item.wrong},
    }


def _picture_urls(parts: ApiParts, item: Item) -> Iterator[str]:
    yield parts.picture_url(item)
    for number, key in enumerate(item.more_pictures, 1):
        yield f"{parts.picture_url(replace(item, picture=key))}&n={number}"
