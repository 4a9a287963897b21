"""Refused rows of a table as lines of a table with its columns, and with their places and reasons behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.core.importing.column_names import REFUSED_PLACE, REFUSED_REASON, column_name
from services.core.importing.import_rows import line_place
from services.core.importing.tables import Table


def refused_lines(table: Table, reasons: Mapping[str, str]) -> Iterator[list[str]]:
    """The columns' names, then the lines of each row whose place is among the reasons.

    A table is read again for that, so that an import of any size keeps nothing but the reasons.
    """
    keys = [name if not table.separator else column_name(name) for name in table.names]
    yield [*table.names, REFUSED_PLACE, REFUSED_REASON]
    for row in table.read():
        place = line_place(table.name, row.line)
        if place not in reasons:
            continue
        for fields in (row.fields, *row.further):
            values = [_value(fields, key) for key in keys]
            surplus = row.surplus if fields is row.fields else ()
            yield [*values, place, reasons[place], *map(_text, surplus)]


def _value(fields: Mapping[str, str], key: str) -> str:
    return _text(fields.get(key, fields.get(column_name(key), "")))


def _text(value: str) -> str:
    """A value that may hold what no text can."""
    return value.encode(errors="replace").decode()
