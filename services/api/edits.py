"""The catalogue over HTTP: what changes single items, and what takes a change back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from services.api.item_requests import PictureSource, read_object, read_said
from services.api.items import item_json
from services.bootstrap.api import ApiParts
from services.core.catalogue.changes import Changed
from services.core.domain import InputError

# Requests at work at once: one may wait long for an address or a camera, and the threads are for all.
AT_ONCE = 8

_TEXT = {"type": "string"}
_METADATA = {"type": "string", "description": "metadata"}


def _body(*words: str, required: list[str]) -> dict[str, Any]:
    """The OpenAPI form of a body: a picture file with words in a form, or words and a source in JSON."""
    texts = dict.fromkeys(words, _TEXT)
    form = {
        "type": "object",
        "required": required,
        "properties": {"image": {"type": "string", "format": "binary"}, **texts},
        "additionalProperties": _METADATA if words else False,
    }
    sources = {
        "url": {"type": "string", "description": "a picture's address; it is copied"},
        "thing": {"type": "string", "description": "a camera, whose next frame is the picture"},
    }
    metadata = {"metadata": {"type": "object", "additionalProperties": _TEXT}} if words else {}
    json = {
        "type": "object",
        "required": [name for name in required if name != "image"],
        "properties": {**texts, **metadata, **sources},
        "additionalProperties": False,
    }
    content = {"multipart/form-data": {"schema": form}, "application/json": {"schema": json}}
    return {"requestBody": {"required": True, "content": content}}


_UNDO = {
    "type": "object",
    "required": ["undo"],
    "properties": {"undo": {"type": "string", "description": "what a change was answered with"}},
    "additionalProperties": False,
}
_ADD_BODY = _body("title", "id", "link", required=["title", "image"])
_EDIT_BODY = _body("title", "link", required=[])
_VIEW_BODY = _body(required=["image"])
_UNDO_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": _UNDO}}}}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])
    at_work = asyncio.Semaphore(AT_ONCE)

    async def done(change: Callable[[], Changed]) -> dict[str, Any]:
        async with at_work:
            changed = await run_in_threadpool(change)
        return {"change": changed.change, "undo": changed.undo, **_told(parts, changed)}

    @router.post("/items", status_code=201, openapi_extra=_ADD_BODY)
    async def add(request: Request) -> dict[str, Any]:
        """Add or replace an item with an uploaded picture, one behind an address, or what a camera sees."""
        said = await read_said(request, words={"title", "id", "link", "metadata"})
        draft, source = said.draft, said.picture()
        return await done(lambda: parts.editor.add(draft, lambda: _content(parts, source)))

    @router.put("/items/{item_id}", openapi_extra=_EDIT_BODY)
    async def edit(item_id: str, request: Request) -> dict[str, Any]:
        """Change what is given of an item: title, link, all its metadata, the picture that is shown."""
        said = await read_said(request, words={"title", "link", "metadata"})
        source = said.source
        content = None if source is None else lambda: _content(parts, source)
        return await done(lambda: parts.editor.edit(item_id, said.edit, content))

    @router.delete("/items/{item_id}")
    async def delete(item_id: str) -> dict[str, Any]:
        """Remove an item, and what people said of it."""
        return await done(lambda: parts.editor.delete(item_id))

    @router.post("/items/{item_id}/views", status_code=201, openapi_extra=_VIEW_BODY)
    async def add_view(item_id: str, request: Request) -> dict[str, Any]:
        """Give an item a further picture, by which it is found too."""
        source = (await read_said(request, words=frozenset())).picture()
        return await done(lambda: parts.editor.add_view(item_id, lambda: _content(parts, source)))

    @router.delete("/items/{item_id}/views/{n}")
    async def remove_view(item_id: str, n: int) -> dict[str, Any]:
        """Take one of an item's pictures away: `n` is its place in `pictures`."""
        return await done(lambda: parts.editor.remove_view(item_id, n))

    @router.post("/items/undo", openapi_extra=_UNDO_BODY)
    async def undo(request: Request) -> dict[str, Any]:
        """Make the item of a change what it was before it, once; that is a change too, and can be undone."""
        fields = await read_object(request, names={"undo"})
        token = fields.get("undo")
        if not isinstance(token, str):
            raise InputError(f"`undo` is {ascii(token)[:60]}; expected what a change was answered with")
        return await done(lambda: parts.editor.undo(token))

    return router


def _told(parts: ApiParts, changed: Changed) -> dict[str, Any]:
    return {"id": changed.item_id} if changed.item is None else item_json(parts, changed.item)


def _content(parts: ApiParts, source: PictureSource) -> bytes:
    """The picture file of a source, which may take a while."""
    if source.url is not None:
        return parts.fetcher.fetch(source.url)
    if source.thing is not None:
        try:
            return parts.snapshots.take(source.thing, parts.cameras.get(source.thing))
        except TimeoutError as error:
            raise HTTPException(504, str(error)) from None
    assert source.image is not None
    return source.image
