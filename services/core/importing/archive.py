"""Items with their pictures and vectors as one ZIP file: a backup, a move, and a bulk import's request.

It holds `items.jsonl` (an item a line), `pictures/KEY` for each picture and, written last, `manifest.json`.
Nothing in it is compressed: pictures and vectors hardly shrink, and a compressed entry could expand to any
size.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from common.read_json import read_json
from services.core.catalogue.picture_key import is_picture_key
from services.core.domain import Item
from services.core.errors import InputError
from services.core.importing.archive_line import MAX_LINE, item_line, parse_line
from services.core.importing.import_rows import MAX_PICTURE_BYTES
from services.core.ports import OpenPicture

FORMAT, VERSION = "lookalike-items", 1
_ITEMS, _MANIFEST, _PICTURES = "items.jsonl", "manifest.json", "pictures/"
_PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_MAX_MANIFEST = 65_536
# Bytes of the directory at a ZIP's end, which is read whole and takes about ten times its size in memory.
_MAX_READ = 256 * 1024 * 1024
_PIECE = 1 << 20
_EXPECTED = "expected a file that `lookalike items export` wrote"
_FAULTS = (
    zipfile.BadZipFile,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
)


def write_archive(
    items: Iterable[Item], picture: Callable[[str], OpenPicture | None], *, model: str | None
) -> Generator[bytes]:
    """The archive of these items, in pieces; `picture` opens a key's content, or gives None if it is gone.

    `model` is the catalogue's. An item whose picture is gone is written too, and refused at import.
    """
    sink = _Sink()
    keys: dict[str, None] = {}
    count = dim = 0
    with zipfile.ZipFile(sink, "w") as file:
        with file.open(_entry(_ITEMS), "w", force_zip64=True) as lines:
            for item in items:
                lines.write(item_line(item) + b"\n")
                keys.update(dict.fromkeys(item.pictures))
                count, dim = count + 1, dim or item.vectors.shape[1]
                yield from sink.drain()
        for key in keys:
            if (opened := picture(key)) is not None:
                with file.open(_entry(_PICTURES + key), "w") as entry:
                    for piece in opened.pieces():
                        entry.write(piece)
                        yield from sink.drain()
                yield from sink.drain()
        manifest = {"format": FORMAT, "version": VERSION, "model": model, "dim": dim, "count": count}
        file.writestr(_entry(_MANIFEST), json.dumps(manifest))
    yield from sink.drain()


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry without a date, so that the same items make the same file."""
    return zipfile.ZipInfo(name)


class _Sink:
    """A file for the ZIP writer; `drain` gives the pieces written since the last call."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def drain(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item of an archive that can't be taken, by its number there, and why."""

    number: int
    reason: str


class Archive:
    """An archive in a file that can be sought in; safe to read from several threads.

    Opening it raises InputError for a file that is no archive, is cut short, or differs from what
    `write_archive` writes. No name in it is used as a path.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._size = file.seek(0, os.SEEK_END)
        try:
            self._zip = zipfile.ZipFile(_Bounded(file))
            self._entries = _checked_entries(self._zip.infolist(), size=self._size)
            self.count = _count(self._read(_MANIFEST, _MAX_MANIFEST))
        except _FAULTS as error:
            raise InputError(
                f"not an archive of items, or one that is cut short ({error}); {_EXPECTED}"
            ) from None

    def verify(self) -> None:
        """Read all of it; raises InputError for anything that differs from what was written."""
        lines = 0
        for name in self._entries:
            digest = hashlib.sha256()
            try:
                with self._zip.open(name) as entry:
                    while piece := entry.read(_PIECE):
                        digest.update(piece)
                        lines += piece.count(b"\n") if name == _ITEMS else 0
            except _FAULTS as error:
                raise InputError(f"the archive is damaged at {name} ({error})") from None
            if name.startswith(_PICTURES) and digest.hexdigest() != name[len(_PICTURES) :].partition(".")[0]:
                raise InputError(f"the archive is damaged: {name} is not the picture that its name says")
        if lines != self.count:
            raise InputError(f"the archive holds {lines} items; expected {self.count}")

    def items(self) -> Iterator[tuple[int, Item] | Refusal]:
        """Each item with its number, counted from 1, or why it can't be taken; `verify` first."""
        numbers: dict[str, int] = {}
        with self._zip.open(_ITEMS) as lines:
            for number in range(1, self.count + 1):
                try:
                    item = self._complete(parse_line(_next_line(lines)))
                    first = numbers.setdefault(item.id, number)
                    if first != number:
                        raise InputError(f"its id {item.id!r} is that of item {first} already")
                except InputError as error:
                    yield Refusal(number, str(error))
                else:
                    yield number, item

    def _complete(self, item: Item) -> Item:
        for key in item.pictures:
            if _PICTURES + key not in self._entries:
                raise InputError(f"the picture {key} of item {item.id!r} is not in the archive")
        return item

    def picture(self, key: str) -> bytes:
        """The content of an item's picture."""
        return self._read(_PICTURES + key, MAX_PICTURE_BYTES)

    def _read(self, name: str, limit: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise InputError(
                f"the archive has no {name}; expected a file that `lookalike items export` wrote"
            )
        if entry.file_size > limit:
            raise InputError(f"{name} has {entry.file_size} bytes; expected at most {limit}")
        try:
            return self._zip.read(entry)
        except _FAULTS as error:
            raise InputError(f"the archive is damaged at {name} ({error})") from None


def _next_line(lines: IO[bytes]) -> bytes:
    line = lines.readline(MAX_LINE)
    if line.endswith(b"\n"):
        return line
    while (rest := lines.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass
    raise InputError(f"longer than {MAX_LINE} bytes")


class _Bounded:
    """A file that gives at most _MAX_READ bytes at once, because the sizes in a ZIP may be forged."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close = file.seek, file.tell, file.close
        self.seekable = file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > _MAX_READ:
            raise zipfile.BadZipFile(f"{size} bytes of directory; expected at most {_MAX_READ}")
        return self._file.read(size)


def _stranger(name: str) -> str:
    """Words for an entry that no export has; most often somebody has packed a folder of pictures."""
    if name.lower().endswith(_PICTURE_SUFFIXES):
        return "this ZIP holds pictures, not an export: unpack it and import the folder"
    return f"the archive holds {name[:100]!a}; expected a ZIP that `lookalike items export` has written"


def _checked_entries(entries: list[zipfile.ZipInfo], *, size: int) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename
        key = name.removeprefix(_PICTURES)
        if name not in (_ITEMS, _MANIFEST) and (key == name or not is_picture_key(key)):
            raise InputError(_stranger(name))
        if name in found:
            raise InputError(f"the archive holds {name} twice")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise InputError(
                f"{name} must be stored uncompressed in the ZIP, as `lookalike items export` writes it"
            )
        if key != name and entry.file_size > MAX_PICTURE_BYTES:
            raise InputError(f"{name} has {entry.file_size} bytes; expected at most {MAX_PICTURE_BYTES}")
        found[name] = entry
    for name in (_ITEMS, _MANIFEST):
        if name not in found:
            raise InputError(f"the archive has no {name}; {_EXPECTED}")
    total = sum(entry.file_size for entry in entries)
    if total > size:  # entries that share parts of the file
        raise InputError(f"the archive's files have {total} bytes, but it has {size} itself")
    return found


def _count(manifest: bytes) -> int:
    facts: Any = read_json(manifest)
    if not isinstance(facts, Mapping) or facts.get("format") != FORMAT:
        raise InputError("the archive's manifest names no format of ours")
    if facts.get("version") != VERSION:
        raise InputError(
            f"the archive is of version {str(facts.get('version'))[:20]!a}; this Lookalike reads {VERSION}"
        )
    count = facts.get("count")
    if type(count) is not int or count < 0:
        raise InputError(f"the archive's manifest counts {str(count)[:20]!a} items; expected a number")
    return count
