"""The keys of pictures: hashes of their content, so that the same content has one key everywhere."""

from __future__ import annotations

import hashlib
import re

_KEY = re.compile(r"[0-9a-f]{64}\.(jpg|png|webp|gif)")


def picture_key(content: bytes, *, suffix: str) -> str:
    """The key of a picture file; `suffix` is its type, such as .jpg."""
    return hashlib.sha256(content).hexdigest() + suffix


def is_picture_key(key: str) -> bool:
    """Whether a text has the form of a key; a store has no picture for any other."""
    return _KEY.fullmatch(key) is not None
