"""The mapping of a table's columns as text: `title=Name,image=Photo;Photo 2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from services.core.errors import InputError
from services.core.importing.column_names import column_name

# What a column can be taken for; the columns of `skip` are left out.
FIELDS = ("title", "image", "id", "link", "price", "currency", "category", "skip")
# Fields of several columns.
SEVERAL = ("image", "skip")
# The columns that a person chose for each field; none for a field that nothing is to be taken for.
Given = Mapping[str, tuple[str, ...]]
_ALIASES = dict.fromkeys(("url", "images", "picture", "pictures"), "image")
_FIELD = re.compile(r"\s*(\w+)\s*=\s*")
# A name with commas before something like a field, or with semicolons, has to stand in quotes.
_COLUMN = re.compile(r"""\s*("(?:[^"]|"")*"|'[^']*'|.*?)\s*(;|,(?=\s*\w+\s*=)|,?\s*\Z)""", re.DOTALL)


def parse_map(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Read mappings such as `title=Name,image="Image Src";Photo`; raises InputError."""
    found: dict[str, list[str]] = {}
    for text in texts:
        for field, columns in _pairs(text):
            found.setdefault(field, []).extend(column for column in columns if column)
    for field, columns in found.items():
        if field not in SEVERAL and len(set(columns)) > 1:
            raise InputError(
                f"`{field}` is mapped to {len(set(columns))} columns, {' and '.join(columns)[:200]}; "
                "expected one (only `image` and `skip` may have several)"
            )
    return {field: tuple(dict.fromkeys(columns)) for field, columns in found.items()}


def write_map(columns: Mapping[str, Sequence[str]]) -> str:
    """The mapping as text, with a pair for each column."""
    return ",".join(f"{field}={_quoted(name)}" for field, names in columns.items() for name in names)


def _pairs(text: str) -> Iterator[tuple[str, list[str]]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        begin = _FIELD.match(text, at)
        field = _ALIASES.get(begin[1].lower(), begin[1].lower()) if begin else ""
        if begin is None or field not in FIELDS:
            expected = f"expected title=Name,image=Photo with the fields {', '.join(FIELDS)}"
            raise InputError(f"the mapping {text[at:].strip()[:60]!a} can't be read; {expected}")
        at, more, columns = begin.end(), ";", list[str]()
        while more == ";":
            value = _COLUMN.match(text, at)
            assert value is not None  # its last choice fits every end
            columns.append(column_name(_bare(value[1])))
            at, more = value.end(), value[2]
        yield field, columns


def _bare(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].replace('""', '"')
    return value


def _quoted(name: str) -> str:
    if re.search(r"[\s,;=\"']", name):
        return '"' + name.replace('"', '""') + '"'
    return name
