"""Reading of a table: the one rule for the command line and the page, written down in docs/importing.md."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import PurePosixPath

from services.core.errors import InputError
from services.core.importing.column_names import REFUSED_PLACE, REFUSED_REASON, column_name
from services.core.importing.columns import OWN, Columns, ColumnsError, choose_columns, known_columns
from services.core.importing.feed import feed_items
from services.core.importing.file_names import is_address
from services.core.importing.json_lines import json_lines
from services.core.importing.mapping import Given
from services.core.importing.table_encoding import Opened, TableText, find_text
from services.core.importing.table_lines import SEPARATORS, Record, first_records, records, said_separator
from services.core.importing.table_rows import Line, RowMaker, TableRow, joined, unique

# Rows by which a person sees whether the right columns are taken.
_SAMPLES = 3
_EXPECTED = "expected a line of columns' names, and a line for each item"


@dataclass(slots=True)
class Table:
    """A table that can be read as often as one likes, row by row.

    `names` are its columns as written; `left_out` counts values that no item can hold, by column, of the
    rows that were read last.
    """

    name: str
    encoding: str
    separator: str
    names: tuple[str, ...]
    columns: Columns
    lines: Callable[[], Iterator[Line]]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> list[TableRow]:
        """All rows."""
        return list(self.read())

    def read(self) -> Iterator[TableRow]:
        """The rows one by one; raises InputError for a file that was changed since it was opened."""
        maker = RowMaker(self.columns)
        self.left_out = maker.left_out
        try:
            yield from unique(joined(self.lines(), maker), self.name)
        except UnicodeError:
            raise InputError(f"{self.name} was changed while it was read") from None


def read_table(content: bytes, *, name: str, encoding: str = "", given: Given | None = None) -> Table:
    """The table that these bytes are; see open_table."""
    return open_table(lambda: io.BytesIO(content), name=name, encoding=encoding, given=given)


def open_table(opened: Opened, *, name: str, encoding: str = "", given: Given | None = None) -> Table:
    """Open a table; raises InputError if it has no row.

    `name` is its place, for people; with the suffix .jsonl it is JSON lines, with .xml a product feed.
    `encoding` and the columns by field, `given`, are a person's own choices in place of what it says itself.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".xml":
        lines = partial(feed_items, opened, name, encoding)
        table = _keyed(lines, name, encoding or "utf-8", given or {})
    else:
        text = find_text(opened, name=name, encoding=encoding)
        if suffix == ".jsonl":
            table = _keyed(partial(json_lines, text), name, text.encoding, given or {})
        else:
            table = _delimited(text, name, given or {})
    if next(table.lines(), None) is None:
        raise InputError(f"{name} holds no row; {_EXPECTED}")
    return table


def most(rows: Iterator[TableRow], count: int, name: str) -> list[TableRow]:
    """The rows, if they are not more than this."""
    found = list(islice(rows, count + 1))
    if len(found) > count:
        raise InputError(
            f"{name} holds more than {count:,} rows; expected fewer, or `lookalike items import`"
        )
    return found


def _delimited(text: TableText, name: str, given: Given) -> Table:
    said = said_separator(next(text.lines(), ""))
    begins = {
        each: first_records(text.lines(), each, most=1 + _SAMPLES)
        for each in ((said,) if said else SEPARATORS)
    }
    heads = {each: _clean(found[0].values) if found else [] for each, found in begins.items()}
    if not any(heads.values()):
        raise InputError(f"{name} holds no row; {_EXPECTED}")
    for separator, head in heads.items():
        names = _numbered(list(map(_as_written, head)))
        columns = _columns(names, given)
        if isinstance(columns, Columns):
            _check_once(head, columns, name)
            keys = tuple(map(column_name, names))
            lines = partial(_named, text, separator, keys)
            return Table(name, text.encoding, separator, _own(names), columns, lines)
    for separator, head in heads.items():
        if len(head) > 1 and is_address(head[-1].strip()) and not given:
            lines = partial(_of_2018, text, separator)
            return Table(name, text.encoding, separator, ("title", "url"), OWN, lines)
    separator, head = max(heads.items(), key=lambda each: len(each[1]))
    names = _numbered(list(map(_as_written, head)))
    own, samples = _own(names), _samples(names, begins[separator][1:])
    known = known_columns([column_name(each) for each in own], _there(own, given)).by_field(own)
    raise ColumnsError(f"{name}: {_columns(names, given)}", own, samples, known)


def _there(names: Sequence[str], given: Given) -> Given:
    """A person's choices of columns that there are."""
    keys = set(map(column_name, names))
    return {field: tuple(each for each in columns if each in keys) for field, columns in given.items()}


def _own(names: Sequence[str]) -> tuple[str, ...]:
    """The columns, without those that a file of refused rows has beside them."""
    return tuple(name for name in names if column_name(name) not in (REFUSED_PLACE, REFUSED_REASON))


def _samples(names: Sequence[str], found: Sequence[Record]) -> list[dict[str, str]]:
    rows = (zip(names, _clean(record.values), strict=False) for record in found)
    return [{name: value for name, value in row if value.strip()} for row in rows]


def _columns(names: Sequence[str], given: Given) -> Columns | str:
    """The columns to take, or the reason why there are none."""
    keys = [column_name(each) for each in _own(names)]
    try:
        found = choose_columns(keys, given)
    except InputError as error:
        return str(error)
    return found or (
        "the first line names no column `title` and `image` or `url`, nor others known for these; it has "
        f"{', '.join(keys)[:200]}; expected a mapping of columns such as title=Name,image=Photo"
    )


def _clean(head: Sequence[str]) -> list[str]:
    """Values, which may hold bytes that are not UTF-8, as text that can be printed and sent."""
    return [name.encode(errors="backslashreplace").decode() for name in head]


def _as_written(name: str) -> str:
    return name.strip("\ufeff \t\r\n\xa0")


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, a second one with its number."""
    taken, found = set(map(column_name, names)), list[str]()
    seen: Counter[str] = Counter()
    for name in names:
        key = column_name(name)
        seen[key] += 1
        while name and seen[key] > 1 and f"{key} {seen[key]}" in taken:
            seen[key] += 1
        found.append(f"{name} {seen[key]}" if name and seen[key] > 1 else name)
    return found


def _check_once(head: Sequence[str], columns: Columns, table: str) -> None:
    """Raise InputError for a second title, id or link."""
    names = list(map(column_name, head))
    for name in filter(None, (columns.title, columns.id, columns.link)):
        if names.count(name) > 1:
            raise InputError(f"{table}: the first line names the column `{name[:60]}` twice; expected one")


def _named(text: TableText, separator: str, names: tuple[str, ...]) -> Iterator[Line]:
    """The lines below the first one."""
    taken = {name for name in names if name} - {REFUSED_PLACE, REFUSED_REASON}
    for record in islice(records(text.lines(), separator), 1, None):
        values, reason = record.values, record.reason
        if len(values) > len(names) and not any(value.strip() for value in values[len(names) :]):
            values = values[: len(names)]  # separators at a line's end
        if not reason and len(values) != len(names):
            reason = f"{len(values)} columns; expected {len(names)} as in the first line"
        pairs = zip(names, values, strict=False)
        filled = {name: value for name, value in pairs if name in taken and value.strip()}
        yield Line(record.line, filled, reason, tuple(values[len(names) :]))


def _of_2018(text: TableText, separator: str) -> Iterator[Line]:
    for record in records(text.lines(), separator):
        # An unquoted title may hold commas; an address does not.
        title, address = ", ".join(record.values[:-1]), record.values[-1] if record.values else ""
        yield Line(record.line, {"title": title, "url": address}, record.reason)


def _keyed(lines: Callable[[], Iterator[Line]], name: str, encoding: str, given: Given) -> Table:
    """A table whose lines name their values themselves: JSON, or a feed."""
    names = _own(list(dict.fromkeys(key for line in lines() for key in line.values)))
    try:
        columns = choose_columns([column_name(key) for key in names], given) or OWN
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    return Table(name, encoding, "", names, columns, lambda: _by_key(lines(), columns))


def _by_key(lines: Iterator[Line], columns: Columns) -> Iterator[Line]:
    """The lines with the keys of the columns taken as their names; others keep theirs."""
    taken = columns.taken | set(columns.details.values())
    for line in lines:
        values = {
            column_name(key) if column_name(key) in taken else key: value
            for key, value in line.values.items()
            if column_name(key) not in (REFUSED_PLACE, REFUSED_REASON)
        }
        yield Line(line.number, values, line.reason, line.surplus)
