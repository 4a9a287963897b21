"""Reading of an item from a request: its words, and its picture's source."""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile

from common.box import WHOLE, Box, parse_box
from services.api.request_body import content_type, read_body
from services.contract.item_models import PICTURE_SOURCES, ItemEditBody, NewViewBody, given
from services.core.catalogue.cut_outs import CutOuts, GivenPicture
from services.core.catalogue.edits import MAX_PICTURES, Edit
from services.core.catalogue.items import Draft
from services.core.errors import InputError

# The fields of a form that say of its pictures which part shows the thing, and whether a camera took them.
_BOX, _TAUGHT = "box", "taught"


@dataclass(frozen=True, slots=True)
class PictureSource:
    """The source of an item's pictures: uploaded files, an address, a camera, or a showing of the history.

    `boxes` are the parts of the files that show the thing, None where nobody says; `taught` if a camera took
    them.
    """

    images: tuple[bytes, ...] = ()
    url: str | None = None
    thing: str | None = None
    showing: int | None = None
    boxes: tuple[Box | None, ...] = ()
    taught: bool = False

    def cut(self, cut_outs: CutOuts) -> list[GivenPicture]:
        """The uploaded pictures, each cut to its box, a taught one without a box to what the model finds.

        Raises InputError.
        """
        return [
            cut_outs.found(image)
            if box is None and self.taught
            else cut_outs.given(image, box or WHOLE, taught=self.taught)
            for image, box in zip(self.images, self.boxes, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """The words that a request gives, and its pictures' source, if it has one."""

    words: Mapping[str, Any]
    source: PictureSource | None

    @property
    def draft(self) -> Draft:
        """A new item; raises InputError."""
        return Draft(
            title=self.words.get("title") or "",
            id=self.words.get("id") or None,
            link=self.words.get("link"),
            metadata=self.words.get("metadata") or {},
        ).checked()

    @property
    def edit(self) -> Edit:
        """The changes of an item; a link of null is removed, like an empty one."""
        link = self.words["link"] or "" if "link" in self.words else None
        return Edit(title=self.words.get("title"), link=link, metadata=self.words.get("metadata"))

    def picture(self) -> PictureSource:
        """The source; raises InputError if there is none."""
        if self.source is None:
            raise InputError(
                "there is no picture; expected the file `image` in multipart/form-data, or in JSON `url` (a "
                "picture's address), `thing` (a camera's name) or `showing` (a showing of the history)"
            )
        return self.source


async def read_item_request(request: Request, body: type[ItemEditBody | NewViewBody]) -> ItemRequest:
    """An item's request in JSON of the form `body`, or in a form; raises InputError."""
    kind = content_type(request)
    if kind == "application/json":
        said = await read_body(request, body)
        words = given(said) if isinstance(said, ItemEditBody) else {}
        named = PictureSource(url=said.url, thing=said.thing, showing=said.showing)
        source = named if said.url or said.thing or said.showing is not None else None
        return ItemRequest(words, source)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with picture_form(request) as form:
            words = _from_form(form, body.model_fields.keys() - set(PICTURE_SOURCES))
            return ItemRequest(words, await read_pictures(form))
    raise HTTPException(415, f"content type {kind[:80]!a}; expected multipart/form-data or application/json")


def picture_form(request: Request) -> AbstractAsyncContextManager[FormData]:
    """A request's form with pictures and an item's words."""
    return request.form(max_files=MAX_PICTURES, max_fields=60 + MAX_PICTURES)


async def read_image(form: FormData) -> bytes:
    """The one uploaded file of the field `image`; raises InputError without one."""
    images = await _uploaded(form)
    if len(images) != 1:
        raise InputError("the field `image` holds no file; expected a picture in multipart/form-data")
    return images[0]


async def read_pictures(form: FormData) -> PictureSource | None:
    """The uploaded files of the field `image` with their boxes, None without any; raises InputError."""
    images = await _uploaded(form)
    boxes = [_box(value) for value in form.getlist(_BOX)]
    if boxes and len(boxes) != len(images):
        raise InputError(f"{len(boxes)} fields `box` and {len(images)} files `image`; expected one for each")
    taught = form.get(_TAUGHT, "0")
    if taught not in ("0", "1"):
        raise InputError(f"taught is {str(taught)[:40]!a}; expected 1, or 0")
    unknown = [None] * len(images)
    return PictureSource(images, boxes=tuple(boxes or unknown), taught=taught == "1") if images else None


def _box(value: object) -> Box:
    if value == "":
        return WHOLE
    try:
        return parse_box(str(value)[:100])
    except ValueError as error:
        raise InputError(f"box is {str(value)[:40]!a}; {error}") from None


async def _uploaded(form: FormData) -> tuple[bytes, ...]:
    images = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != "image":
                raise InputError(f"the file is in the field {name[:40]!a}; expected it in `image`")
            content = await value.read()
            # A page's form sends a file without a name if nobody chose one.
            if content or value.filename:
                images.append(content)
    return tuple(images)


def _from_form(form: FormData, words: Set[str]) -> dict[str, Any]:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    for name in (_BOX, _TAUGHT):  # of the pictures
        fields.pop(name, None)
    if fields.pop("image", ""):
        raise InputError("the field `image` holds no file, but text; expected a picture")
    own: dict[str, Any] = {name: fields.pop(name) for name in ("id", "title", "link") if name in fields}
    # All other fields are metadata, where it is allowed.
    known = words - {"metadata"} | {"image", _BOX, _TAUGHT}
    _refuse_unknown(own if "metadata" in words else own | fields, known)
    return {**own, "metadata": fields} if fields else own


def _refuse_unknown(fields: Mapping[str, Any], known: Set[str]) -> None:
    # A misspelt field must not count as one that was left out.
    if unknown := sorted(fields.keys() - known):
        raise InputError(f"unknown field {unknown[0][:40]!a}; expected {', '.join(sorted(known))}")
