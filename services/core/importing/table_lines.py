"""The records of a delimited table, by the rules of Python's csv, each with the line where it ends."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

SEPARATORS = (",", ";", "\t", "|")
_SEP_LINE = re.compile(r'"?sep=([,;|\t:])"?\s*', re.IGNORECASE)
# Characters among which the first record is looked for.
_MAX_HEAD = 1_000_000
# Attempts to go on behind a quote that is never closed, each of which reads up to csv's limit of a value.
_MAX_RESTARTS = 1000
# Characters of a line that can't be read that are kept, for a person to correct it.
_MAX_SHOWN = 2000


@dataclass(frozen=True, slots=True)
class Record:
    """The values of a record; with a `reason` why it can't be read, its line as the only value."""

    line: int
    values: list[str]
    reason: str = ""


def said_separator(line: str) -> str:
    """The separator that a first line `sep=;` says, as spreadsheets write it; else empty."""
    said = _SEP_LINE.fullmatch(line)
    return said[1] if said else ""


def first_records(lines: Iterable[str], separator: str, *, most: int) -> list[Record]:
    """The first records that have any values, of the beginning of a table."""
    return list(islice(records(_head(lines), separator), most))


def _head(lines: Iterable[str]) -> Iterator[str]:
    left = _MAX_HEAD
    for line in lines:
        yield line[:left]
        left -= len(line)
        if left <= 0:
            return


def records(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """The records that hold anything; a quote that is never closed spoils its own line alone."""
    source = _Source(lines)
    for _ in range(_MAX_RESTARTS):
        for record in _read(source, separator):
            if record is None:
                break
            if record.reason or any(value.strip() for value in record.values):
                yield record
        else:
            return
        spoilt = source.go_back()
        yield Record(source.number, [spoilt.rstrip("\r\n")[:_MAX_SHOWN]], "a quote that is never closed")
    if next(source, None) is not None:
        reason = "too many quotes that are never closed; the rest of the file is not read"
        yield Record(source.number, [], reason)


class _Source:
    """The lines of a table, those of the present record to be read again if need be."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again = deque[str]()
        self.taken = list[str]()
        # The number of the line that was given last.
        self.number = 0
        if said_separator(first := next(self._lines, "")):
            self.number = 1
        elif first:
            self._again.append(first)

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def go_back(self) -> str:
        """The first line of the present record; those after it will be given again."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.number -= len(others)
        self.taken = []
        return first


def _read(source: _Source, separator: str) -> Iterator[Record | None]:
    """Each record, or None at the end if a quote is not closed in the one that is left in the source."""
    reader = csv.reader(source, delimiter=separator, skipinitialspace=True)
    while True:
        source.taken = []
        try:
            values = next(reader, None)
        except csv.Error as error:
            if len(source.taken) > 1:
                yield None
                return
            text = source.taken[0].rstrip("\r\n")[:_MAX_SHOWN] if source.taken else ""
            yield Record(source.number, [text], f"not CSV: {error}")
            continue
        if values is None:
            return
        if len(source.taken) > 1 and not _is_closed(source.taken, separator):
            yield None
            return
        yield Record(source.number, values)


def _is_closed(lines: Sequence[str], separator: str) -> bool:
    """Whether a record of several lines is one: each quote that begins a value also ends one."""
    try:
        list(csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return False
    return True
