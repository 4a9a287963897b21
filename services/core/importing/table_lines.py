"""The records of a delimited table, by the rules of Python's csv, each with the line where it ends."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

SEPARATORS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r'"?sep=([,;|\t:])"?\s*', re.IGNORECASE)
# Characters among which the first record is looked for.
_MAX_HEAD = 1_000_000
# Attempts to go on behind a quote that is never closed, each of which reads up to csv's limit of a value.
_MAX_RESTARTS = 1000


@dataclass(frozen=True, slots=True)
class Record:
    """The values of a record, or the reason why it can't be read."""

    line: int
    values: list[str]
    reason: str = ""


def said_separator(text: str) -> str:
    """The separator that a first line `sep=;` says, as spreadsheets write it; else empty."""
    said = _SEP_LINE.fullmatch(text[:20].splitlines()[0]) if text.strip() else None
    return said[1] if said else ""


def first_record(text: str, separator: str) -> list[str]:
    """The values of the first record that has any; empty if there is none that can be read."""
    return next((each.values for each in records(text[:_MAX_HEAD], separator)), [])


def records(text: str, separator: str) -> Iterator[Record]:
    """The records that hold anything; a quote that is never closed spoils its own line alone."""
    lines = io.StringIO(text, newline="").readlines()
    start = 1 if said_separator(text) else 0
    for _ in range(_MAX_RESTARTS):
        spoilt = None
        for spoilt, record in _read(lines, start, separator):
            if spoilt is None and (record.reason or any(value.strip() for value in record.values)):
                yield record
        if spoilt is None:
            return
        yield Record(spoilt + 1, [], "a quote that is never closed")
        start = spoilt + 1
    yield Record(start + 1, [], "too many quotes that are never closed; the rest of the file is not read")


def _read(lines: list[str], start: int, separator: str) -> Iterator[tuple[int | None, Record]]:
    """Each record with None, or with the index of its first line if a quote in that is not closed."""
    reader = csv.reader(_from(lines, start), delimiter=separator, skipinitialspace=True)
    while True:
        begin = start + reader.line_num
        try:
            values = next(reader, None)
        except csv.Error as error:
            end = start + reader.line_num
            yield (begin if end > begin + 1 else None), Record(end, [], f"not CSV: {error}")
            if end > begin + 1:
                return
            continue
        if values is None:
            return
        end = start + reader.line_num
        if end > begin + 1 and not _is_closed(lines[begin:end], separator):
            yield begin, Record(end, [])
            return
        yield None, Record(end, values)


def _from(lines: list[str], start: int) -> Iterator[str]:
    for index in range(start, len(lines)):
        yield lines[index]


def _is_closed(lines: list[str], separator: str) -> bool:
    """Whether a record of several lines is one: each quote that begins a value also ends one."""
    try:
        list(csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    return True
