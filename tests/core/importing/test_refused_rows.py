"""Refused rows, written as a table that can be corrected and read again."""

from __future__ import annotations

import csv
import io

from services.core.importing.refused_rows import refused_lines
from services.core.importing.tables import Table, read_table

LINES = (
    "Handle,Title,Price,Image Src",
    "mug,Red mug,4,mug.jpg",
    "mug,,,side.jpg",
    "bad,,5,bad.jpg",
    "bad,,6,worse.jpg",
    "wide,Wide, 7,w.jpg,more",
    'open,"Open,7,o.jpg',
    "end,End,8,e.jpg",
)


def again(table: Table, *places: int) -> tuple[str, Table]:
    """The refused rows of these lines as text, and as a table."""
    text = io.StringIO()
    reasons = {f"{table.name} line {line}": "no <picture>" for line in places}
    csv.writer(text).writerows(refused_lines(table, reasons))
    return text.getvalue(), read_table(text.getvalue().encode(), name="r.csv")


def test_a_file_of_refused_rows_is_read_as_the_table_was() -> None:
    table = read_table("\n".join(LINES).encode(), name="t.csv")
    before = {row.fields["handle"]: row for row in table.rows}
    text, found = again(table, *(row.line for row in table.rows))
    assert text.splitlines()[0] == "Handle,Title,Price,Image Src,refused row,refused reason"
    assert (found.names, found.columns) == (table.names, table.columns)
    for row in found.rows:
        was = before[row.fields["handle"]]
        assert (row.draft, row.images, row.fields, row.further) == (
            was.draft,
            was.images,
            was.fields,
            was.further,
        )
        assert bool(row.reason) == bool(was.reason)


def test_only_what_was_refused_is_written() -> None:
    table = read_table("\n".join(LINES).encode(), name="t.csv")
    text, found = again(table, 2)
    assert text.splitlines()[1:] == [
        "mug,Red mug,4,mug.jpg,t.csv line 2,no <picture>",
        "mug,,,side.jpg,t.csv line 2,no <picture>",
    ]
    (row,) = found.rows
    assert row.images == ("mug.jpg", "side.jpg")


def test_json_lines_keep_the_case_of_their_keys() -> None:
    content = b'{"Title":"Mug","image":"a.jpg","Size":{"cm":8}}\n{"broken\n'
    text, found = again(read_table(content, name="t.jsonl"), 1, 2)
    assert text.splitlines()[0] == "Title,image,Size,refused row,refused reason"
    assert text.splitlines()[2].endswith('"{""broken"')
    first, second = found.rows
    assert (first.draft and dict(first.draft.metadata)) == {"size": '{"cm": 8}'}
    assert second.reason == "6 columns; expected 5 as in the first line"
