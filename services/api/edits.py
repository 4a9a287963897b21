"""The catalogue over HTTP: the calls that change single items or take a change back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from services.api import edit_declarations as declared
from services.api.etags import expected_of_new, expected_revision, item_tag
from services.api.given_pictures import given_pictures
from services.api.item_batches import batch_response
from services.api.item_requests import read_item_request
from services.api.items import ItemId, item_answer, json_response
from services.api.picture_room import PictureRoom
from services.api.request_body import read_body
from services.api.rights import CHANGE
from services.bootstrap.api import ApiParts
from services.bootstrap.limit_settings import LimitSettings
from services.contract.item_models import (
    ChangedItemAnswer,
    GoneItemAnswer,
    ItemEditBody,
    NewItemBody,
    NewViewBody,
    SamePictureAnswer,
    UndoBody,
)
from services.contract.problems import problem
from services.core.catalogue.changes import Changed
from services.core.catalogue.undo import PastMany
from services.core.domain import ItemFacts, RevisionError

# Requests at once, in the threads that serve all requests: one may wait long for an address or a camera.
WITH_PICTURE, WITHOUT_PICTURE = 8, 4
PlaceOfPicture = Annotated[
    int, InPath(description="The picture's place in `pictures`, from 0.", examples=[1])
]
Expected = Annotated[str | None, Depends(expected_revision)]
ExpectedOfNew = Annotated[str | None, Depends(expected_of_new)]


def build_router(parts: ApiParts, limits: LimitSettings) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["items"])
    room = PictureRoom(at_work=WITH_PICTURE, waiting=limits.pictures_waiting, wait_s=limits.picture_wait_s)
    others = asyncio.Semaphore(WITHOUT_PICTURE)

    async def done(
        change: Callable[[], Changed], *, with_picture: bool = False, status: int = 200
    ) -> Response:
        def made() -> tuple[Changed, list[ItemFacts]]:
            changed = change()
            return changed, parts.same_pictures.of(changed.item) if with_picture and changed.item else []

        async with room.turn() if with_picture else others:
            try:
                changed, same = await run_in_threadpool(made)
            except RevisionError as error:
                return _refused(parts, error)
        told = {"change": changed.change, "undo": changed.undo}
        if changed.item is None:
            return json_response(GoneItemAnswer(id=changed.item_id, **told))
        item = item_answer(parts, changed.item.facts)
        named = [SamePictureAnswer(id=each.id, title=each.title) for each in same]
        answer = ChangedItemAnswer(**dict(item), **told, same_picture=named)
        return json_response(answer, status, headers={"ETag": item_tag(item)})

    @router.post(
        "/items",
        dependencies=CHANGE,
        status_code=201,
        summary="Add or replace an item",
        **declared.ADD,
    )
    async def add(request: Request, expected: ExpectedOfNew) -> Response:
        """Add an item, or replace the one of that id, with pictures.

        They are uploaded files (multipart, up to 16), one behind an address (`url`, copied), what a camera
        sees (`thing`: a moment of its next two seconds, cut to the thing), or what it saw (`showing`: the
        picture of the history's showing). A form may name for each file the `box` of the thing, and with
        `taught=1` that a camera took them: each is cut to its box, and one that is taught keeps a margin
        around it. In a form every other field is metadata. Unknown fields in JSON are refused.
        """
        async with room.place(request):
            said = await read_item_request(request, NewItemBody)
            draft, source = said.draft, said.picture()
            return await done(
                lambda: parts.editor.add(draft, lambda: given_pictures(parts, source), expected=expected),
                with_picture=True,
                status=201,
            )

    @router.put(
        "/items/{item_id}",
        dependencies=CHANGE,
        summary="Change an item",
        **declared.EDIT,
    )
    async def edit(item_id: ItemId, request: Request, expected: Expected) -> Response:
        """Change the given fields of an item; the others stay.

        `metadata` is replaced as a whole, a `link` of null is removed. Pictures stand in place of the shown
        one, and are given as to POST /items.
        """
        async with room.place(request):
            said = await read_item_request(request, ItemEditBody)
            source = said.source
            content = None if source is None else lambda: given_pictures(parts, source)
            return await done(
                lambda: parts.editor.edit(item_id, said.edit, content, expected=expected),
                with_picture=source is not None,
            )

    @router.delete(
        "/items/{item_id}",
        dependencies=CHANGE,
        summary="Delete an item",
        **declared.DELETE,
    )
    async def delete(item_id: ItemId, expected: Expected) -> Response:
        """Remove an item and the feedback on it."""
        return await done(lambda: parts.editor.delete(item_id, expected=expected))

    @router.post(
        "/items/{item_id}/views",
        dependencies=CHANGE,
        status_code=201,
        summary="Add pictures to an item",
        **declared.ADD_VIEW,
    )
    async def add_view(item_id: ItemId, request: Request, expected: Expected) -> Response:
        """Give an item further pictures, by which it is found too; it may have 16.

        They are given as to POST /items.
        """
        async with room.place(request):
            source = (await read_item_request(request, NewViewBody)).picture()
            return await done(
                lambda: parts.editor.add_views(
                    item_id, lambda: given_pictures(parts, source), expected=expected
                ),
                with_picture=True,
                status=201,
            )

    @router.delete(
        "/items/{item_id}/views/{n}",
        dependencies=CHANGE,
        summary="Remove a picture of an item",
        **declared.REMOVE_VIEW,
    )
    async def remove_view(item_id: ItemId, n: PlaceOfPicture, expected: Expected) -> Response:
        """Take one of an item's pictures away; the last one stays."""
        return await done(lambda: parts.editor.remove_view(item_id, n, expected=expected))

    @router.post(
        "/items/undo",
        dependencies=CHANGE,
        summary="Take a change back",
        **declared.UNDO,
    )
    async def undo(request: Request) -> Response:
        """Put the item of a change back as it was before, once; that is a change too, and can be undone.

        A token is kept for an hour, while it is one of the last 1,000, until the api restarts. Feedback
        that a deletion ended does not come back. The token of many items takes all of them back, but for
        those that have changed since; it is answered as POST /items/batch.
        """
        token = (await read_body(request, UndoBody)).undo
        past = await run_in_threadpool(parts.state.undo.find, token)
        if isinstance(past, PastMany):
            async with others:
                return batch_response(await run_in_threadpool(parts.batches.undo, token, past))
        return await done(lambda: parts.editor.undo(token))

    return router


def _refused(parts: ApiParts, error: RevisionError) -> Response:
    """A problem document with the item as it is now, null if it is gone."""
    if error.current is None:
        return problem(409, str(error), current=None)
    current = item_answer(parts, error.current.facts)
    answer = problem(409, str(error), current=current.model_dump())
    answer.headers["ETag"] = item_tag(current)
    return answer
