"""The rows of an import: a folder of pictures, or a table with pictures beside it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from services.core.catalogue.items import Draft
from services.core.domain import RESERVED_ITEM_IDS
from services.core.errors import InputError
from services.core.importing.file_names import PICTURES, TABLES
from services.core.importing.folder import read_folder
from services.core.importing.mapping import Given
from services.core.importing.picture_place import PicturePlace
from services.core.importing.table_rows import TableRow, digest
from services.core.importing.tables import Table, open_table

# Maximum size of a picture file, wherever it comes from.
MAX_PICTURE_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One item to import; `where` is its place, for people; `images` are paths or http(s) addresses."""

    where: str
    draft: Draft
    images: tuple[Path | str, ...]

    @property
    def image(self) -> Path | str:
        """The shown picture."""
        return self.images[0]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be imported, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of an import, made again each time, and notes on how they were found, each a sentence.

    `table` is the table that they are of, if they are of one.
    """

    make: Callable[[], Iterator[Row | BadRow]]
    total: int
    notes: list[str]
    table: Table | None = None

    def __iter__(self) -> Iterator[Row | BadRow]:
        return self.make()


def read_rows(
    path: Path,
    *,
    home: str = "",
    encoding: str = "",
    given: Given | None = None,
    on_row: Callable[[int], None] = lambda _: None,
) -> Rows:
    """The rows of a folder or table, one at least; raises InputError for a path that has none.

    `home` is the S3 address of the folder that the file was copied from; relative pictures are there.
    `encoding` and the columns by field, `given`, are a person's choices for a table, of which all rows are
    read once before; `on_row` is called with their number meanwhile.
    """
    if path.is_dir():
        return _folder_rows(path)
    if not path.exists():
        raise InputError(
            f"{path} does not exist; expected a folder of pictures, a .csv, .jsonl, .txt, .xml or .zip"
        )
    if path.suffix.lower() not in TABLES:
        raise InputError(f"{path} is of no known kind; expected a folder, .csv, .jsonl, .txt, .xml or .zip")
    if not path.is_file():
        raise InputError(f"{path} is a pipe or a device; expected a file")
    shown = f"{home}/{path.name}" if home else str(path)
    table = open_table(lambda: _opened(path, shown), name=shown, encoding=encoding, given=given)
    total = 0
    for total, _ in enumerate(table.read(), 1):
        on_row(total)
    place = PicturePlace(path.parent, home)
    return Rows(
        lambda: (_table_row(row, shown, place) for row in table.read()), total, table_notes(table), table
    )


def _opened(path: Path, shown: str) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"{shown} can't be read: {error.strerror}") from None


def _folder_rows(path: Path) -> Rows:
    found = read_folder(path)
    rows = [*picture_rows(found.pictures, lambda name: path / name)]
    rows += [BadRow(str(path / name), f"the folder can't be read: {why}") for name, why in found.unreadable]
    passed = str(found.passed)
    if not rows:
        raise InputError(no_picture(str(path), passed))
    return Rows(lambda: iter(rows), len(rows), [f"passed over: {passed}"] if passed else [])


def no_picture(where: str, passed: str) -> str:
    """The words for a place without a picture; `passed` is what was passed over there."""
    return f"{where} holds no picture; expected {', '.join(PICTURES)}; passed over: {passed or 'nothing'}"


def picture_rows(names: Iterable[str], image: Callable[[str], Path | str]) -> Iterator[Row | BadRow]:
    """A row for each picture of these names; `image` turns a name into a path or address."""
    taken = set(RESERVED_ITEM_IDS)
    for name in names:
        path = PurePosixPath(unicodedata.normalize("NFC", name))
        title = path.stem.replace("_", " ").replace("-", " ").strip() or path.stem
        item_id = "-".join(path.with_suffix("").parts)
        if item_id in taken:  # mug.jpg beside mug.png, a/b.jpg beside a-b.jpg
            item_id = f"{item_id}-{digest(name)}"
        taken.add(item_id)
        where = image(name)
        try:
            yield Row(str(where), Draft(title=title, id=item_id).checked(), (where,))
        except InputError as error:
            yield BadRow(str(where), str(error))


def _table_row(row: TableRow, shown: str, place: PicturePlace) -> Row | BadRow:
    where = line_place(shown, row.line)
    if row.draft is None:
        return BadRow(where, row.reason)
    try:
        return Row(where, row.draft, tuple(map(place.find, row.images)))
    except InputError as error:
        return BadRow(where, str(error))


def line_place(table: str, line: int) -> str:
    """The place of a line, for people."""
    return f"{table} line {line}"


def table_notes(table: Table) -> list[str]:
    """What a person should know of how a table was read: encoding, columns, values that were left out."""
    name, columns, notes = table.name, table.columns, []
    if not table.encoding.startswith("utf-"):
        notes.append(f"{name} was read as {table.encoding}")
    if columns.foreign:
        system = f" (as {columns.system} writes them)" if columns.system else ""
        notes.append(f"{name}: columns taken{system}: {columns.told(table.names)}")
    if skipped := columns.by_field(table.names)["skip"]:
        notes.append(f"{name}: columns not taken: {', '.join(skipped)[:300]}")
    if table.left_out:
        counts = ", ".join(f"{column} ({count})" for column, count in table.left_out.items())
        notes.append(f"{name}: left out, as no item can hold it: {counts[:300]}")
    return notes
