"""Reading of a table: the one rule for the command line and the page, written down in docs/importing.md."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from common.read_json import read_json
from services.core.domain import is_text
from services.core.errors import InputError
from services.core.importing.columns import OWN, Columns, ColumnsError, Given, choose_columns, column_name
from services.core.importing.file_names import is_address
from services.core.importing.table_encoding import read_text
from services.core.importing.table_lines import SEPARATORS, first_record, records, said_separator
from services.core.importing.table_rows import Line, RowMaker, TableRow, joined, unique


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was read.

    `names` are its columns as written; `left_out` counts values that no item can hold, by column.
    """

    encoding: str
    separator: str
    names: tuple[str, ...]
    columns: Columns
    rows: list[TableRow]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of a table, and what was found out about it."""

    separator: str
    names: tuple[str, ...]
    columns: Columns
    lines: Iterable[Line]


def read_table(
    content: bytes, *, name: str, encoding: str = "", given: Given | None = None, most_rows: int | None = None
) -> Table:
    """Read a table; raises InputError if it has no row, or more than `most_rows`.

    `name` is its place, for people; with the suffix .jsonl it is JSON lines. `encoding` and the columns by
    field, `given`, are a person's own choices in place of what the table itself says.
    """
    text = read_text(content, name=name, encoding=encoding)
    read = _json_lines if PurePosixPath(name).suffix.lower() == ".jsonl" else _delimited
    found = read(text.text, name, given or {})
    maker = RowMaker(found.columns)
    rows = list(islice(unique(joined(found.lines, maker), name), most_rows and most_rows + 1))
    if most_rows and len(rows) > most_rows:
        raise InputError(
            f"{name} holds more than {most_rows} rows; expected fewer, or `lookalike items import`"
        )
    if not rows:
        raise InputError(f"{name} holds no row; {_EXPECTED}")
    return Table(text.encoding, found.separator, found.names, found.columns, rows, maker.left_out)


_EXPECTED = "expected a line of columns' names, and a line for each item"


def _delimited(text: str, name: str, given: Given) -> _Lines:
    said = said_separator(text)
    heads = {each: _clean(first_record(text, each)) for each in ((said,) if said else SEPARATORS)}
    if not any(heads.values()):
        raise InputError(f"{name} holds no row; {_EXPECTED}")
    for separator, head in heads.items():
        columns = _columns(head, given)
        if isinstance(columns, Columns):
            names = _numbered([column_name(each) for each in head], columns, name)
            return _Lines(separator, _as_written(head), columns, _named(text, separator, names))
    for separator, head in heads.items():
        if len(head) > 1 and is_address(head[-1].strip()) and not given:
            return _Lines(separator, ("title", "url"), OWN, _of_2018(text, separator))
    head = max(heads.values(), key=len)
    raise ColumnsError(f"{name}: {_columns(head, given)}", _as_written(head))


def _columns(head: Sequence[str], given: Given) -> Columns | str:
    """The columns to take, or the reason why there are none."""
    names = [column_name(each) for each in head]
    try:
        found = choose_columns(names, given)
    except InputError as error:
        return str(error)
    return found or (
        "the first line names no column `title` and `image` or `url`, nor others known for these; it has "
        f"{', '.join(names)[:200]}; expected a mapping of columns such as title=Name,image=Photo"
    )


def _clean(head: Sequence[str]) -> list[str]:
    """Columns' names, which may hold bytes that are not UTF-8, as text that can be printed and sent."""
    return [name.encode(errors="backslashreplace").decode() for name in head]


def _as_written(head: Sequence[str]) -> tuple[str, ...]:
    return tuple(each.strip("\ufeff \t\r\n\xa0") for each in head)


def _numbered(names: Sequence[str], columns: Columns, table: str) -> tuple[str, ...]:
    """The names, a second one of metadata with its number; raises InputError for a second one of ours."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        if name and seen[name] > 1 and name in columns.taken:
            raise InputError(f"{table}: the first line names the column `{name[:60]}` twice; expected one")
        found.append(f"{name} {seen[name]}" if name and seen[name] > 1 else name)
    return tuple(found)


def _named(text: str, separator: str, names: tuple[str, ...]) -> Iterator[Line]:
    """The lines below the first one."""
    for number, record in enumerate(records(text, separator)):
        if not number:
            continue
        values, reason = record.values, record.reason
        if len(values) > len(names) and not any(value.strip() for value in values[len(names) :]):
            values = values[: len(names)]  # separators at a line's end
        if not reason and len(values) != len(names):
            reason = f"{len(values)} columns; expected {len(names)} as in the first line"
        pairs = zip(names, values, strict=False)
        yield Line(record.line, {name: value for name, value in pairs if name and value.strip()}, reason)


def _of_2018(text: str, separator: str) -> Iterator[Line]:
    for record in records(text, separator):
        # An unquoted title may hold commas; an address does not.
        title, address = ", ".join(record.values[:-1]), record.values[-1] if record.values else ""
        yield Line(record.line, {"title": title, "url": address}, record.reason)


def _json_lines(text: str, name: str, given: Given) -> _Lines:
    numbered = enumerate(re.split(r"\r\n?|\n", text), 1)
    lines = [_json_line(number, line) for number, line in numbered if line.strip()]
    names = list(dict.fromkeys(key for line in lines for key in line.values))
    try:
        columns = choose_columns([column_name(key) for key in names], given) or OWN
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    taken = {key: column_name(key) for key in names if column_name(key) in columns.taken}
    if any(key != column for key, column in taken.items()):
        lines = [replace(line, values=_renamed(line.values, taken)) for line in lines]
    return _Lines("", tuple(names), columns, lines)


def _renamed(values: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {names.get(key, key): value for key, value in values.items()}


def _json_line(number: int, line: str) -> Line:
    try:
        fields = read_json(line)
    except ValueError as error:
        return Line(number, {}, f"not JSON: {error}")
    if not isinstance(fields, dict):
        return Line(number, {}, f"a JSON {type(fields).__name__}; expected an object")
    if not all(map(is_text, fields)):
        return Line(number, {}, "a key holds half of a character")
    texts = {name: as_text(value) for name, value in fields.items()}
    return Line(number, {name: value for name, value in texts.items() if value.strip()})


def as_text(value: Any) -> str:
    """A JSON value as text for metadata."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
