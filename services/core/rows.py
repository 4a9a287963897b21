"""Reads what a catalogue is imported from: a folder, a CSV, JSON lines, or the 2018 sample's lines."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.core.catalogue import Draft
from services.core.domain import InputError, is_text

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_OWN = ("id", "title", "image", "url", "link")


@dataclass(frozen=True, slots=True)
class Row:
    """One item to import; `where` tells a person its place, `image` is a path or an http(s) address."""

    where: str
    draft: Draft
    image: Path | str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that can't be imported, and why."""

    where: str
    reason: str


def read_rows(path: Path) -> Iterator[Row | BadRow]:
    """The rows of a folder or file; raises InputError if there is nothing there that can be read."""
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist; expected a folder of pictures, a .csv, .jsonl or .txt file")
    readers = {".csv": _csv, ".txt": _csv, ".jsonl": _jsonl}
    if path.suffix.lower() not in readers:
        raise InputError(f"{path} is of no known kind; expected a folder, .csv, .jsonl or .txt (title, url)")
    return readers[path.suffix.lower()](path)


def _folder(folder: Path) -> Iterator[Row | BadRow]:
    taken: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICTURES and path.is_file():
            name = path.relative_to(folder)
            title = name.stem.replace("_", " ").replace("-", " ").strip() or name.stem
            item_id = "-".join(name.with_suffix("").parts)
            if item_id in taken:  # mug.jpg beside mug.png, a/b.jpg beside a-b.jpg
                item_id = f"{item_id}-{_digest(name.as_posix())}"
            taken.add(item_id)
            yield _checked(str(path), Draft(title=title, id=item_id), path)


def _csv(path: Path) -> Iterator[Row | BadRow]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        reader = csv.reader(file, skipinitialspace=True)
        names: list[str] | None = None
        while True:
            try:
                values = next(reader, None)
            except csv.Error as error:
                yield BadRow(f"{path} line {reader.line_num}", f"not CSV: {error}")
                continue
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            if names is None:
                names = _names(path, values)
                if names:
                    continue
            yield _line(path, reader.line_num, names, values)


def _names(path: Path, first: list[str]) -> list[str]:
    """The columns that the first line names; none if it is a line of the 2018 sample, `title, url`."""
    names = [value.strip().lower() for value in first]
    if "title" in names:
        return names
    if len(first) > 1 and _is_address(first[-1].strip()):
        return []
    raise InputError(f"{path}: the first line names no column `title`; it has {', '.join(names)[:100]}")


def _line(path: Path, number: int, names: list[str], values: list[str]) -> Row | BadRow:
    where = f"{path} line {number}"
    if not names:
        # An unquoted title may hold commas; an address does not.
        title, address = ", ".join(values[:-1]), values[-1]
        return _row(where, {"title": title, "url": address}, path.parent)
    if len(values) != len(names):
        return BadRow(where, f"{len(values)} columns; expected {len(names)} as in the first line")
    return _row(where, dict(zip(names, values, strict=True)), path.parent)


def _jsonl(path: Path) -> Iterator[Row | BadRow]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            where = f"{path} line {number}"
            if not line.strip():
                continue
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield BadRow(where, f"not JSON: {error}")
                continue
            if isinstance(fields, dict):
                yield _row(where, {name: _text(value) for name, value in fields.items()}, path.parent)
            else:
                yield BadRow(where, f"a JSON {type(fields).__name__}; expected an object")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _row(where: str, fields: Mapping[str, str], folder: Path) -> Row | BadRow:
    source = (fields.get("image") or fields.get("url") or "").strip()
    if not source:
        return BadRow(where, "no picture; expected a path in `image` or an address in `url`")
    if not is_text(source) or "\0" in source:
        return BadRow(where, f"the picture {source[:60]!a} is neither a path nor an address")
    image: Path | str = source
    if not _is_address(source):
        image = (folder / source).resolve()
        if not image.is_relative_to(folder.resolve()):
            return BadRow(where, f"the picture {source[:200]!r} lies outside the file's folder")
    draft = Draft(
        title=fields.get("title", ""),
        # The same row imported again replaces its item instead of doubling it.
        id=fields.get("id", "").strip() or _digest(source),
        link=fields.get("link"),
        metadata={name: value for name, value in fields.items() if name not in _OWN and name},
    )
    return _checked(where, draft, image)


def _checked(where: str, draft: Draft, image: Path | str) -> Row | BadRow:
    try:
        return Row(where, draft.checked(), image)
    except InputError as error:
        return BadRow(where, str(error))


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()[:12]
