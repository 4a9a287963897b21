"""A table of JSON objects, one a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from common.read_json import read_json
from services.core.domain import is_text
from services.core.importing.table_encoding import TableText
from services.core.importing.table_rows import Line

# Characters of a line that can't be read that are kept, for a person to correct it.
_MAX_SHOWN = 2000


def json_lines(text: TableText) -> Iterator[Line]:
    """The lines that hold anything, their values as text."""
    for number, line in enumerate(text.lines(newline=None), 1):
        if line.strip():
            yield _json_line(number, line.removesuffix("\n"))


def _json_line(number: int, line: str) -> Line:
    try:
        fields = read_json(line)
    except ValueError as error:
        return Line(number, {}, f"not JSON: {error}", (line[:_MAX_SHOWN],))
    if not isinstance(fields, dict):
        return Line(number, {}, f"a JSON {type(fields).__name__}; expected an object", (line[:_MAX_SHOWN],))
    if not all(map(is_text, fields)):
        return Line(number, {}, "a key holds half of a character", (line[:_MAX_SHOWN],))
    texts = {name: as_text(value) for name, value in fields.items()}
    return Line(number, {name: value for name, value in texts.items() if value.strip()})


def as_text(value: Any) -> str:
    """A JSON value as text for metadata."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
