"""Records of other programs in our list, such as those of the 2018 sample's search function."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

# Larger ones are nobody's answer.
_MOST_CHARACTERS = 100_000
# What readers of text that others wrote raise.
_UNREADABLE = (ValueError, TypeError, SyntaxError, RecursionError, MemoryError)
_READERS: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)


def record_id(record: str) -> int | None:
    """The id of a match record in JSON; None for what is none of ours, which has an id and a camera."""
    try:
        fields = json.loads(record)
        number, thing = fields["id"], fields["thing"]
    except (*_UNREADABLE, KeyError):
        return None
    return number if type(number) is int and isinstance(thing, str) else None


def with_matches(record: str) -> str | None:
    """A record that has a list `matches` as JSON, None for any other.

    The 2018 sample pushes Python's own form of a dictionary. Apostrophes are written as \\u0027, as in ours.
    """
    for read in _READERS if len(record) <= _MOST_CHARACTERS else ():
        try:
            found = read(record)
            if isinstance(found, dict) and isinstance(found.get("matches"), list):
                return json.dumps(found, ensure_ascii=False, allow_nan=False).replace("'", "\\u0027")
        except _UNREADABLE:
            continue
    return None
