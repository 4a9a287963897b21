"""The rows of a table: items made of its lines by the columns taken."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from common.read_json import read_json
from services.core.catalogue.edits import MAX_PICTURES
from services.core.catalogue.items import MAX_METADATA, MAX_VALUE, Draft
from services.core.domain import is_text
from services.core.errors import InputError
from services.core.importing.columns import Columns
from services.core.importing.file_names import PICTURES, is_address
from services.core.importing.first_lines import FirstLines

_BEYOND = f"pictures beyond {MAX_PICTURES}"
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
# Lines and pictures of one item that are kept; a table may name one item a million times.
_MOST_OF_ONE = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """The values of a line by column, or the reason why it can't be read.

    `surplus` are values beyond the columns that there are.
    """

    number: int
    values: Mapping[str, str]
    reason: str = ""
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """An item of a table, or the `reason` why it can't be one.

    `fields` are the filled values of its line by column; `images` are paths or addresses as written, the
    shown one first. `named` is whether the row names its id; else that is made of the first picture's source.
    `surplus` are values beyond the columns; `further` has the values of the lines that add pictures to it.
    """

    line: int
    fields: Mapping[str, str]
    draft: Draft | None = None
    images: tuple[str, ...] = ()
    named: bool = False
    reason: str = ""
    surplus: tuple[str, ...] = ()
    further: tuple[Mapping[str, str], ...] = ()


class RowMaker:
    """Makes rows of lines by the columns taken."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._details: dict[str, list[str]] = {}
        self.left_out: Counter[str] = Counter()

    def row(self, line: Line) -> TableRow:
        """The row of a line; refused if it can't be an item."""
        fields = line.values
        own = self.id(fields)
        images = () if line.reason else self.images(line)
        row = TableRow(line.number, fields, images=images, named=bool(own), surplus=line.surplus)
        reason = line.reason or _no_text(fields)
        if not reason and not images:
            reason = self._no_picture()
        if reason:
            return replace(row, images=(), reason=reason)
        draft = Draft(
            title=fields.get(self._columns.title, ""),
            # Made of the picture's address, so that the same row imported again replaces its item.
            id=own or digest(images[0]),
            link=self._link(fields),
            metadata=self._metadata(fields),
        )
        try:
            return replace(row, draft=draft.checked())
        except InputError as error:
            return replace(row, reason=str(error))

    def _no_picture(self) -> str:
        if not self._columns.foreign:
            return "no picture; expected a path in `image` or an address in `url`"
        columns = " or ".join(f"`{name[:60]}`" for name in (*self._columns.main, *self._columns.more))
        return f"no picture; expected a path or an address in {columns[:200]}"

    def id(self, fields: Mapping[str, str]) -> str:
        """The id that a line names, or an empty text."""
        return fields.get(self._columns.id, "").strip()

    def is_further(self, first: TableRow, line: Line) -> bool:
        """Whether a line only adds pictures to the item of the line before: it has that id, and no title."""
        own, title = self.id(line.values), line.values.get(self._columns.title, "")
        return (
            bool(own) and own == self.id(first.fields) and not (title or line.reason or _no_text(line.values))
        )

    def joined(self, row: TableRow, images: Iterable[str], further: Sequence[Mapping[str, str]]) -> TableRow:
        """The row with all its pictures; if they are too many, refused, or a shop's first ones alone."""
        if further:
            row = replace(row, images=tuple(images), further=tuple(further))
        too_many = len(row.images) - MAX_PICTURES
        if row.draft is None or too_many <= 0:
            return row
        if self._columns.foreign:
            self.left_out[_BEYOND] += too_many
            return replace(row, images=row.images[:MAX_PICTURES])
        return replace(row, draft=None, reason=f"{len(row.images)} pictures; expected at most {MAX_PICTURES}")

    def images(self, line: Line) -> tuple[str, ...]:
        """The pictures that a line names, each once."""
        cells = [next((line.values[name] for name in self._columns.main if name in line.values), "")]
        cells += [line.values.get(name, "") for name in self._columns.more]
        return tuple(dict.fromkeys(image for cell in cells for image in split_images(cell)))

    def _link(self, fields: Mapping[str, str]) -> str | None:
        link = fields.get(self._columns.link)
        if link and self._columns.foreign and not is_address(link.strip()):
            self.left_out[self._columns.link] += 1  # shops also export the last part of an address alone
            return None
        return link

    def _metadata(self, fields: Mapping[str, str]) -> dict[str, str]:
        found = {detail: value for name, value in fields.items() for detail in self._named(name)}
        if self._columns.foreign:  # a shop's export has texts and columns that are not meant for us
            for name in [name for name, value in found.items() if len(value.strip()) > MAX_VALUE]:
                self.left_out[name] += 1
                del found[name]
            for name in list(found)[MAX_METADATA:]:
                self.left_out[name] += 1
                del found[name]
        return found

    def _named(self, column: str) -> list[str]:
        if column not in self._details:
            self._details[column] = self._columns.details_of(column)
        return self._details[column]


def _no_text(fields: Mapping[str, str]) -> str:
    """The reason to refuse values that hold what no text may."""
    for name, value in fields.items():
        if value.isascii() and "\0" not in value:
            continue
        if "\0" in value:
            return f"`{name[:60]}` holds a zero byte; expected text"
        if _NOT_UTF8.search(value):
            return f"`{name[:60]}` holds bytes that are not UTF-8, as the rest of the file is"
        if not is_text(value):
            return f"`{name[:60]}` holds half of a character: {value[:60]!a}"
    return ""


def split_images(cell: str) -> tuple[str, ...]:
    """The paths or addresses in a cell: several of one kind may stand between commas, semicolons or bars."""
    cell = cell.strip()
    if cell.startswith("[") and cell.endswith("]"):  # a list in JSON lines
        try:
            found = read_json(cell)
        except ValueError:
            found = None
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return tuple(each.strip() for each in found if each.strip())
    if is_address(cell):
        parts = re.split(r"[\s,;|]+(?=https?://)", cell, flags=re.IGNORECASE)
    else:
        parts = re.split(r"\s*[,;|\n]\s*", cell)
        if not all(PurePosixPath(part).suffix.lower() in PICTURES for part in parts if part):
            parts = [cell]
    return tuple(part.strip(" \t\r\n,;|") for part in parts if part.strip(" \t\r\n,;|"))


def joined(lines: Iterable[Line], maker: RowMaker) -> Iterator[TableRow]:
    """The rows of the lines, with the pictures of lines that add some to the item before them."""
    first: TableRow | None = None
    images: dict[str, None] = {}
    further: list[Mapping[str, str]] = []
    for line in lines:
        if first is not None and maker.is_further(first, line):
            if len(further) < _MOST_OF_ONE:
                further.append(line.values)
            if len(images) < _MOST_OF_ONE:
                images.update(dict.fromkeys(maker.images(line)))
            continue
        if first is not None:
            yield maker.joined(first, images, further)
        first = maker.row(line)
        images, further = dict.fromkeys(first.images), []
    if first is not None:
        yield maker.joined(first, images, further)


def unique(rows: Iterable[TableRow], name: str) -> Iterator[TableRow]:
    """The rows; of several with one id all but the first are refused."""
    firsts = FirstLines()
    for row in rows:
        if row.draft is None or (line := firsts.first(str(row.draft.id), row.line)) == row.line:
            yield row
            continue
        if row.named:
            reason = f"its id {row.draft.id!r} is that of {name} line {line} already"
        else:
            reason = f"its picture is that of {name} line {line} already; expected an id of its own"
        yield replace(row, draft=None, reason=reason)


def digest(source: str) -> str:
    """A short id made of a picture's path or address."""
    return hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()[:12]
