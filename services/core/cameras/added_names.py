"""The names and addresses of cameras that are added in the page."""

from __future__ import annotations

import re
import unicodedata

from services.core.cameras.status_fields import MAX_TITLE
from services.core.errors import InputError

MAX_SOURCE = 2000
_NO_SIGN = re.compile(r"[^a-z0-9]+")
_MOST_OF_NAME = 40


def checked_title(title: str) -> str:
    """A name for people in any script; InputError."""
    text = unicodedata.normalize("NFC", title).strip()
    if not 0 < len(text) <= MAX_TITLE or not text.isprintable():
        raise InputError(f"the camera's name has to be a line of 1 to {MAX_TITLE} characters")
    return text


def checked_source(source: str) -> str:
    """An address, as far as it can be judged here; InputError."""
    # Whether it is an address, and one that is allowed, the edge says, which is in the camera's network.
    if not 0 < len(source) <= MAX_SOURCE or not source.isprintable():
        raise InputError(f"the camera's address has to be a line of 1 to {MAX_SOURCE} characters")
    return source.strip()


def same_name(one: str, other: str) -> bool:
    """Whether people would take two names for one."""
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def thing_of(title: str, taken: set[str]) -> str:
    """A thing's name that is free, made of the letters and digits of a title that such a name may have."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", errors="ignore").decode().lower()
    base = _NO_SIGN.sub("-", plain).strip("-")[:_MOST_OF_NAME].strip("-") or "camera"
    number, thing = 1, base
    while thing in taken:
        number += 1
        thing = f"{base}-{number}"
    return thing
