"""The catalogue over HTTP: what changes single items, and what takes a change back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from services.api.etags import expected_of_new, expected_revision, item_tag
from services.api.item_requests import PictureSource, read_object, read_said
from services.api.items import item_json
from services.api.problems import problem
from services.bootstrap.api import ApiParts
from services.core.catalogue.changes import Changed
from services.core.domain import InputError, RevisionError

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


Expected = Annotated[str | None, Depends(expected_revision)]
ExpectedOfNew = Annotated[str | None, Depends(expected_of_new)]
_CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"description": "the item is of another revision by now: `current` is how it is, null if it is gone"}
}


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])
    at_work = asyncio.Semaphore(AT_ONCE)

    async def done(change: Callable[[], Changed], *, status: int = 200) -> Response:
        async with at_work:
            try:
                changed = await run_in_threadpool(change)
            except RevisionError as error:
                return _refused(parts, error)
        answer = {"change": changed.change, "undo": changed.undo}
        if changed.item is None:
            return JSONResponse(answer | {"id": changed.item_id})
        item = item_json(parts, changed.item.facts)
        return JSONResponse(answer | item, status, headers={"ETag": item_tag(item)})

    @router.post("/items", status_code=201, openapi_extra=_ADD_BODY, responses=_CONFLICT)
    async def add(request: Request, expected: ExpectedOfNew) -> Response:
        """Add or replace an item with an uploaded picture, one behind an address, or what a camera sees."""
        said = await read_said(request, words={"title", "id", "link", "metadata"})
        draft, source = said.draft, said.picture()
        return await done(
            lambda: parts.editor.add(draft, lambda: _content(parts, source), expected=expected), status=201
        )

    @router.put("/items/{item_id}", openapi_extra=_EDIT_BODY, responses=_CONFLICT)
    async def edit(item_id: str, request: Request, expected: Expected) -> Response:
        """Change what is given of an item: title, link, all its metadata, the picture that is shown."""
        said = await read_said(request, words={"title", "link", "metadata"})
        source = said.source
        content = None if source is None else lambda: _content(parts, source)
        return await done(lambda: parts.editor.edit(item_id, said.edit, content, expected=expected))

    @router.delete("/items/{item_id}", responses=_CONFLICT)
    async def delete(item_id: str, expected: Expected) -> Response:
        """Remove an item, and what people said of it."""
        return await done(lambda: parts.editor.delete(item_id, expected=expected))

    @router.post("/items/{item_id}/views", status_code=201, openapi_extra=_VIEW_BODY, responses=_CONFLICT)
    async def add_view(item_id: str, request: Request, expected: Expected) -> Response:
        """Give an item a further picture, by which it is found too."""
        source = (await read_said(request, words=frozenset())).picture()
        return await done(
            lambda: parts.editor.add_view(item_id, lambda: _content(parts, source), expected=expected),
            status=201,
        )

    @router.delete("/items/{item_id}/views/{n}", responses=_CONFLICT)
    async def remove_view(item_id: str, n: int, expected: Expected) -> Response:
        """Take one of an item's pictures away: `n` is its place in `pictures`."""
        return await done(lambda: parts.editor.remove_view(item_id, n, expected=expected))

    @router.post("/items/undo", openapi_extra=_UNDO_BODY, responses=_CONFLICT)
    async def undo(request: Request) -> Response:
        """Make the item of a change what it was before it, once; that is a change too, and can be undone."""
        fields = await read_object(request, names={"undo"})
        token = fields.get("undo")
        if not isinstance(token, str):
            raise InputError(f"`undo` is {ascii(token)[:60]}; expected what a change was answered with")
        return await done(lambda: parts.editor.undo(token))

    return router


def _refused(parts: ApiParts, error: RevisionError) -> Response:
    """A problem document with the item as it is now, null if it is gone."""
    if error.current is None:
        return problem(409, str(error), current=None)
    current = item_json(parts, error.current.facts)
    answer = problem(409, str(error), current=current)
    answer.headers["ETag"] = item_tag(current)
    return answer


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
