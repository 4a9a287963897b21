"""Reads what requests say of an item: its words, and where its picture is to be had."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from services.core.catalogue.edits import Edit
from services.core.catalogue.items import Draft
from services.core.domain import InputError, is_text
from services.core.importing.import_rows import as_text

# All that a draft may hold, each character written as \uXXXX.
MAX_JSON_BYTES = 1024 * 1024
_WORDS = frozenset({"title", "link", "metadata"})
_SOURCES = frozenset({"url", "thing"})


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Where a picture is to be had: one of these."""

    image: bytes | None = None
    url: str | None = None
    thing: str | None = None


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """The words of a request, those that were given, and its picture's source, if it has one."""

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
        """What is to be different of an item; null takes a link away, as an empty one does."""
        link = self.words["link"] or "" if "link" in self.words else None
        return Edit(title=self.words.get("title"), link=link, metadata=self.words.get("metadata"))

    def picture(self) -> PictureSource:
        """The source, where there must be one; raises InputError."""
        if self.source is None:
            raise InputError(
                "there is no picture; expected the file `image` in multipart/form-data, or in JSON `url` (a "
                "picture's address) or `thing` (a camera's name)"
            )
        return self.source


async def read_said(request: Request, *, words: Set[str] = _WORDS) -> ItemRequest:
    """The words of a body, of those that are allowed, and its picture's source; raises InputError."""
    kind = content_type(request)
    if kind == "application/json":
        return _from_json(await _read_json(request), words)
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        async with request.form(max_files=1, max_fields=60) as form:
            return ItemRequest(_from_form(form, words), await _uploaded(form))
    raise HTTPException(415, f"content type {kind[:80]!a}; expected multipart/form-data or application/json")


async def read_object(request: Request, *, names: Set[str]) -> dict[str, Any]:
    """A JSON body with no other fields than these; raises InputError."""
    fields = await _read_json(request)
    _refuse_unknown(fields, names)
    return fields


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
            # A page's form sends one without a name where nobody chose a file.
            return PictureSource(image=content) if content or value.filename else None
    return None


def _from_form(form: FormData, words: Set[str]) -> dict[str, Any]:
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    if fields.pop("image", ""):
        raise InputError("the field `image` holds no file, but text; expected a picture")
    own: dict[str, Any] = {name: fields.pop(name) for name in ("id", "title", "link") if name in fields}
    # What is left is metadata, where there may be some.
    _refuse_unknown(own if "metadata" in words else own | fields, words - {"metadata"} | {"image"})
    return {**own, "metadata": fields} if fields else own


def content_type(request: Request) -> str:
    """The type that a request's body says to have, in lower case and without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_at_most(request: Request, limit: int, *, too_large: str) -> bytes:
    """A body of at most `limit` bytes; answers 413 with these words to a longer one."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise HTTPException(413, too_large)
    except ClientDisconnect:  # nobody hears the answer; without it the log would show a fault of ours
        raise HTTPException(400, "the body ended too early") from None
    return bytes(body)


async def _read_json(request: Request) -> dict[str, Any]:
    too_large = f"the JSON has more than {MAX_JSON_BYTES} bytes"
    body = await read_at_most(request, MAX_JSON_BYTES, too_large=too_large)
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the body is not JSON: {str(error)[:100]}") from None
    if not isinstance(fields, dict):
        raise InputError(f"the body is a JSON {type(fields).__name__}; expected an object")
    return fields


def _from_json(fields: dict[str, Any], words: Set[str]) -> ItemRequest:
    _refuse_unknown(fields, words | _SOURCES)
    texts = {name: _text(name, fields[name]) for name in fields.keys() - {"metadata"}}
    url, thing = texts.pop("url", None) or None, texts.pop("thing", None) or None
    if url and thing:
        raise InputError("both `url` and `thing` are given; expected one of them")
    said: dict[str, Any] = dict(texts)
    if "metadata" in fields:
        said["metadata"] = _metadata(fields["metadata"])
    return ItemRequest(said, PictureSource(url=url, thing=thing) if url or thing else None)


def _refuse_unknown(fields: Mapping[str, Any], known: Set[str]) -> None:
    # A misspelt field must not pass for one that was left out.
    if unknown := sorted(fields.keys() - known):
        raise InputError(f"unknown field {unknown[0][:40]!a}; expected {', '.join(sorted(known))}")


def _text(name: str, value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and is_text(value)):
        raise InputError(f"`{name}` is {ascii(value)[:60]}; expected text")
    return value


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InputError(f"`metadata` is {ascii(value)[:60]}; expected an object")
    return {name: as_text(each) for name, each in value.items()}
