"""JSON in its shortest form, as messages and what is kept in Redis have it."""

from __future__ import annotations

import json
from typing import Any

# Made once: json.dumps would make one at each call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_compact_json(value: Any) -> str:
    """The JSON text of a value, on one line and without blanks; characters stay as they are."""
    return _ENCODER.encode(value)
