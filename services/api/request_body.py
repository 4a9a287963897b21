"""Reading of requests' bodies: bytes up to a limit, and JSON of a declared form."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import HTTPException, Request
from pydantic import ValidationError

from common.read_json import read_json
from services.contract import refusals
from services.contract.model_base import Body
from services.core.errors import InputError

# Maximum size of a JSON body: the largest draft, each character written as \uXXXX.
MAX_JSON_BYTES = 1024 * 1024
B = TypeVar("B", bound=Body)


async def read_body(request: Request, model: type[B]) -> B:
    """A JSON body of this form; raises InputError."""
    return parse_body(await read_json_bytes(request), model)


async def read_json_bytes(request: Request, *, most_bytes: int = MAX_JSON_BYTES) -> bytes:
    """A JSON body of at most this size, not parsed yet."""
    return await read_at_most(request, most_bytes, too_large=f"the JSON has more than {most_bytes} bytes")


def parse_body(body: bytes, model: type[B]) -> B:
    """A JSON body of this form; raises InputError. A large one takes a thread of its own for a while."""
    try:
        # Not pydantic's own parser, whose refusals can't hold half of a surrogate pair.
        fields: Any = read_json(body)
    except ValueError as error:
        raise InputError(_with(model, f"the body is not JSON: {str(error)[:100]}")) from None
    if not isinstance(fields, dict):
        raise InputError(
            f"the body is a JSON {type(fields).__name__}; {model.expected or 'expected an object'}"
        )
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise InputError(refusals.of_body(error, model)) from None


def _with(model: type[Body], text: str) -> str:
    return f"{text}; {model.expected}" if model.expected else text


def content_type(request: Request) -> str:
    """The declared type of a request's body, in lower case and without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_at_most(request: Request, limit: int, *, too_large: str) -> bytes:
    """A body of at most `limit` bytes; a longer one is answered with 413 and these words."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413, too_large)
    return bytes(body)
