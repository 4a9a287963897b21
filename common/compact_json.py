"""JSON of messages and of what is kept in Redis, in its shortest form, by a fast codec where there is one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

# Services have orjson; devices need it not, for a message or two a second.
_fast_dumps: Callable[[Any], bytes] | None
_fast_loads: Callable[[bytes], Any] | None
try:
    import orjson

    _fast_dumps, _fast_loads = orjson.dumps, orjson.loads
except ImportError:
    _fast_dumps = _fast_loads = None

# Made once: json.dumps would make one at each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_compact_json(value: Any) -> str:
    """The JSON text of a value, on one line and without blanks; characters stay as they are."""
    if _fast_dumps is not None:
        try:
            return _fast_dumps(value).decode()
        except TypeError:  # such as a lone surrogate, or a number of another library
            pass
    return _ENCODER.encode(value)


def read_message(payload: bytes) -> Any:
    """The value of a message's JSON, as json.loads has it; raises ValueError or RecursionError.

    What the fast codec refuses is left to Python's, which takes NaN and lone surrogates. The fast one reads
    whole numbers beyond 64 bits as floats; nothing of ours takes these.
    """
    if _fast_loads is not None:
        try:
            return _fast_loads(payload)
        except ValueError:
            pass
    return json.loads(payload)
