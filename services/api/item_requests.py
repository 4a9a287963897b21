"""Reading of an item from a request: its words, and its picture's source."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile

from services.api.request_body import content_type, read_body
from services.contract.item_models import ItemEditBody, NewViewBody, given
from services.core.catalogue.edits import Edit
from services.core.catalogue.items import Draft
from services.core.errors import InputError


@dataclass(frozen=True, slots=True)
class PictureSource:
    """A picture's source: one of these."""

    image: bytes | None = None
    url: str | None = None
    thing: str | None = None


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """The words that a request gives, and its picture's source, if it has one."""

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
                "picture's address) or `thing` (a camera's name)"
            )
        return self.source


async def read_item_request(request: Request, body: type[ItemEditBody | NewViewBody]) -> ItemRequest:
    """An item's request in JSON of the form `body`, or in a form; raises InputError."""
    kind = content_type(request)
    if kind == "application/json":
        said = await read_body(request, body)
        words = given(said) if isinstance(said, ItemEditBody) else {}
        source = PictureSource(url=said.url, thing=said.thing) if said.url or said.thing else None
        return ItemRequest(words, source)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_files=1, max_fields=60) as form:
            words = _from_form(form, body.model_fields.keys() - {"url", "thing"})
            return ItemRequest(words, await _uploaded(form))
    raise HTTPException(415, f"content type {kind[:80]!a}; expected multipart/form-data or application/json")


async def read_image(form: FormData) -> bytes:
    """The uploaded file of the field `image`; raises InputError without one."""
    source = await _uploaded(form)
    if source is None or source.image is None:
        raise InputError("the field `image` holds no file; expected a picture in multipart/form-data")
    return source.image


async def _uploaded(form: FormData) -> PictureSource | None:
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name != "image":
                raise InputError(f"the file is in the field {name[:40]!a}; expected it in `image`")
            content = await value.read()
            # A page's form sends a file without a name if nobody chose one.
            return PictureSource(image=content) if content or value.filename else None
    return None


def _from_form(form: FormData, words: Set[str]) -> dict[str, Any]:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if fields.pop("image", ""):
        raise InputError("the field `image` holds no file, but text; expected a picture")
    own: dict[str, Any] = {name: fields.pop(name) for name in ("id", "title", "link") if name in fields}
    # All other fields are metadata, where it is allowed.
    _refuse_unknown(own if "metadata" in words else own | fields, words - {"metadata"} | {"image"})
    return {**own, "metadata": fields} if fields else own


def _refuse_unknown(fields: Mapping[str, Any], known: Set[str]) -> None:
    # A misspelt field must not count as one that was left out.
    if unknown := sorted(fields.keys() - known):
        raise InputError(f"unknown field {unknown[0][:40]!a}; expected {', '.join(sorted(known))}")
