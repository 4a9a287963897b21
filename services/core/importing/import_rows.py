"""The rows of an import: a folder of pictures, a CSV, JSON lines, or lines of the 2018 sample."""

from __future__ import annotations

import csv
import hashlib
import json
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from common.read_json import read_json
from services.core.catalogue.items import Draft
from services.core.domain import RESERVED_ITEM_IDS, is_text
from services.core.errors import InputError

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
# Maximum size of a picture file, wherever it comes from.
MAX_PICTURE_BYTES = 32 * 1024 * 1024
_OWN = ("id", "title", "image", "url", "link")


@dataclass(frozen=True, slots=True)
class Row:
    """One item to import; `where` is its place, for people, `image` a path or an http(s) address."""

    where: str
    draft: Draft
    image: Path | str
    # Whether the row names its id; else the id is made of the picture's path or address.
    named: bool = True


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be imported, and why."""

    where: str
    reason: str


def read_rows(path: Path, *, home: str = "") -> Iterator[Row | BadRow]:
    """The rows of a folder or file; raises InputError for a path that is neither.

    `home` is the S3 address of the folder that the file was copied from; relative pictures are there.
    """
    if path.is_dir():
        names = (file.relative_to(path).as_posix() for file in sorted(path.rglob("*")) if file.is_file())
        return picture_rows(names, lambda name: path / name)
    if not path.is_file():
        raise InputError(
            f"{path} does not exist; expected a folder of pictures, a .csv, .jsonl, .txt or .zip"
        )
    readers = {".csv": _csv, ".txt": _csv, ".jsonl": _jsonl}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is of no known kind; expected a folder, .csv, .jsonl, .txt or .zip")
    return _unique(readers[path.suffix.lower()](path, _Place(path, home)))


def picture_rows(names: Iterable[str], image: Callable[[str], Path | str]) -> Iterator[Row | BadRow]:
    """A row for each name with a picture's suffix; `image` turns a name into a path or address."""
    taken = set(RESERVED_ITEM_IDS)
    for name in names:
        path = PurePosixPath(name)
        if path.suffix.lower() in PICTURES:
            title = path.stem.replace("_", " ").replace("-", " ").strip() or path.stem
            item_id = "-".join(path.with_suffix("").parts)
            if item_id in taken:  # mug.jpg beside mug.png, a/b.jpg beside a-b.jpg
                item_id = f"{item_id}-{_digest(name)}"
            taken.add(item_id)
            where = image(name)
            yield _checked(str(where), Draft(title=title, id=item_id), where)


class _Place:
    """The folder of a file of rows."""

    def __init__(self, path: Path, home: str) -> None:
        self._folder, self._home = path.parent, home
        self.name = f"{home}/{path.name}" if home else str(path)

    def image(self, source: str) -> Path | str:
        """The path or address of a row's picture; raises InputError for a path outside the folder."""
        if _is_address(source):
            return source
        path = (self._folder / source).resolve()
        if not path.is_relative_to(self._folder.resolve()):
            raise InputError(f"the picture {source[:200]!r} lies outside the file's folder")
        return f"{self._home}/{posixpath.normpath(source)}" if self._home else path


def _unique(rows: Iterable[Row | BadRow]) -> Iterator[Row | BadRow]:
    """The rows; of several with one id all but the first are bad."""
    firsts: dict[str, str] = {}
    for row in rows:
        if isinstance(row, Row) and (first := firsts.setdefault(row.draft.id or "", row.where)) != row.where:
            what = f"its id {row.draft.id!r}" if row.named else "its picture"
            hint = "" if row.named else "; expected an id of its own"
            yield BadRow(row.where, f"{what} is that of {first} already{hint}")
        else:
            yield row


def _csv(path: Path, place: _Place) -> Iterator[Row | BadRow]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file, skipinitialspace=True)
        names: list[str] | None = None
        while True:
            try:
                values = next(reader, None)
            except csv.Error as error:
                yield BadRow(f"{place.name} line {reader.line_num}", f"not CSV: {error}")
                continue
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            if names is None:
                names = _names(place, values)
                if names:
                    continue
            yield _line(place, reader.line_num, names, values)


def _names(place: _Place, first: list[str]) -> list[str]:
    """The columns that the first line names; empty if it is a `title, url` line of the 2018 sample."""
    names = [value.strip().lower() for value in first]
    if "title" in names:
        return names
    if len(first) > 1 and _is_address(first[-1].strip()):
        return []
    raise InputError(f"{place.name}: the first line names no column `title`; it has {', '.join(names)[:100]}")


def _line(place: _Place, number: int, names: list[str], values: list[str]) -> Row | BadRow:
    where = f"{place.name} line {number}"
    if not names:
        # An unquoted title may hold commas; an address does not.
        title, address = ", ".join(values[:-1]), values[-1]
        return _row(where, {"title": title, "url": address}, place)
    if len(values) != len(names):
        return BadRow(where, f"{len(values)} columns; expected {len(names)} as in the first line")
    return _row(where, dict(zip(names, values, strict=True)), place)


def _jsonl(path: Path, place: _Place) -> Iterator[Row | BadRow]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            where = f"{place.name} line {number}"
            if not line.strip():
                continue
            try:
                fields = read_json(line)
            except ValueError as error:
                yield BadRow(where, f"not JSON: {error}")
                continue
            if isinstance(fields, dict):
                yield _row(where, {name: as_text(value) for name, value in fields.items()}, place)
            else:
                yield BadRow(where, f"a JSON {type(fields).__name__}; expected an object")


def as_text(value: Any) -> str:
    """A JSON value as text for metadata."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _row(where: str, fields: Mapping[str, str], place: _Place) -> Row | BadRow:
    source = (fields.get("image") or fields.get("url") or "").strip()
    if not source:
        return BadRow(where, "no picture; expected a path in `image` or an address in `url`")
    if not is_text(source) or "\0" in source:
        return BadRow(where, f"the picture {source[:60]!a} is neither a path nor an address")
    try:
        image = place.image(source)
    except InputError as error:
        return BadRow(where, str(error))
    own = fields.get("id", "").strip()
    draft = Draft(
        title=fields.get("title", ""),
        # Made of the picture's address, so that the same row imported again replaces its item.
        id=own or _digest(source),
        link=fields.get("link"),
        metadata={name: value for name, value in fields.items() if name not in _OWN and name},
    )
    return _checked(where, draft, image, named=bool(own))


def _checked(where: str, draft: Draft, image: Path | str, *, named: bool = True) -> Row | BadRow:
    try:
        return Row(where, draft.checked(), image, named)
    except InputError as error:
        return BadRow(where, str(error))


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()[:12]
