"""JSON for people, in one line where it fits."""

from __future__ import annotations

import json
from typing import Any

_WIDTH = 110


def json_text(value: Any, indent: int = 0) -> str:
    """The value as JSON, in one line, or if that is too long in a line an entry."""
    line = json.dumps(value, ensure_ascii=False)
    if indent + len(line) <= _WIDTH or not isinstance(value, dict | list) or not value:
        return line
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        entries = [f"{json.dumps(name)}: {json_text(each, indent + 2)}" for name, each in value.items()]
    else:
        entries = [json_text(each, indent + 2) for each in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    inner = f",\n{pad}".join(entries)
    return f"{first}\n{pad}{inner}\n{' ' * indent}{last}"
