"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from services.bootstrap.api import ApiParts
from services.core.catalogue import Draft
from services.core.domain import InputError, Item

_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image", "title"],
                    "properties": {
                        "image": {"type": "string", "format": "binary"},
                        "title": {"type": "string"},
                        "id": {"type": "string"},
                        "link": {"type": "string"},
                    },
                    "additionalProperties": {"type": "string", "description": "metadata"},
                }
            }
        },
    }
}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])

    @router.get("/items")
    def items(
        cursor: Annotated[str, Query(max_length=200)] = "", limit: Annotated[int, Query(ge=1, le=1000)] = 100
    ) -> dict[str, Any]:
        """A page of the catalogue in the order of its ids; `next` is the cursor of the page behind it."""
        page = parts.catalogue.store.page(after=cursor, limit=limit + 1)
        shown = page[:limit]
        return {
            "items": [_item(parts, item) for item in shown],
            "next": shown[-1].id if len(page) > limit else None,
        }

    @router.post("/items", status_code=201, openapi_extra=_FORM)
    async def add(request: Request) -> dict[str, Any]:
        """Add or replace an item with an uploaded picture; any more fields are its metadata."""
        async with request.form(max_files=1, max_fields=60) as form:
            draft, content = _draft(form), await read_image(form)
        return await run_in_threadpool(_add, parts, draft, content)

    @router.get("/items/{item_id}")
    def get(item_id: str) -> dict[str, Any]:
        """One item."""
        return _item(parts, _existing(parts, item_id))

    @router.get("/items/{item_id}/image")
    def image(item_id: str) -> Response:
        """An item's picture as it was given."""
        item = _existing(parts, item_id)
        content = parts.catalogue.pictures.get(item.picture)
        if content is None:
            raise HTTPException(404, f"the picture of item {item_id!r} is gone")
        # Its address changes with the picture, so a browser may keep it for ever.
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(content, media_type=_TYPES[item.picture[item.picture.rindex(".") :]], headers=headers)

    return router


async def read_image(form: FormData) -> bytes:
    """The uploaded file of the field `image`; raises InputError without one."""
    image = form.get("image")
    if not isinstance(image, UploadFile):
        raise InputError("the field `image` holds no file; expected a picture in multipart/form-data")
    return await image.read()


def _draft(form: FormData) -> Draft:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    return Draft(
        title=fields.pop("title", ""),
        id=fields.pop("id", None) or None,
        link=fields.pop("link", None),
        metadata=fields,
    )


def _add(parts: ApiParts, draft: Draft, content: bytes) -> dict[str, Any]:
    item, change = parts.catalogue.add(draft, content)
    # Read again, because one that replaces another inherits its feedback.
    (kept,) = parts.catalogue.store.get_many([item.id])
    return {**_item(parts, kept or item), "change": change}


def _existing(parts: ApiParts, item_id: str) -> Item:
    (item,) = parts.catalogue.store.get_many([item_id])
    if item is None:
        raise HTTPException(404, f"there is no item {item_id!r}")
    return item


def _item(parts: ApiParts, item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "url": parts.picture_url(item),
        "link": item.link,
        "metadata": dict(item.metadata),
        "model": item.model,
        "views": len(item.vectors),
        "feedback": {"right": item.right, "wrong": item.wrong},
    }
