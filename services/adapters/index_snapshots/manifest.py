"""The manifest of a snapshot: its form, and what each of its files is to be like."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from services.adapters.index_snapshots.disk import synchronise
from services.core.errors import InputError
from services.core.search.snapshot import Breathe
from services.core.search.snapshot_files import VERSION

MANIFEST = "manifest.json"
_PIECE = 2**20
# Bytes at either end of a file that tell at once whether it is another one.
_END_BYTES = 2**12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file's size, the checksum of its content (CRC-32), and that of its two ends."""

    size: int
    checksum: int
    ends: int

    @classmethod
    def of(cls, path: Path, breathe: Breathe) -> Self:
        """Those of a file, which is on the disk from now on."""
        synchronise(path)
        return cls(path.stat().st_size, _checksum(path, breathe), _ends(path))


@dataclass(frozen=True, slots=True)
class Manifest:
    """`kind` is the index's form, of vectors of `dim` numbers; `files` are by their path in the folder."""

    kind: str
    dim: int
    cursor: int
    files: Mapping[str, Sealed]

    def encoded(self) -> bytes:
        """The content of its file: a checksum, and JSON."""
        files = {file: [own.size, own.checksum, own.ends] for file, own in self.files.items()}
        told = {"version": VERSION, "kind": self.kind, "dim": self.dim, "cursor": self.cursor, "files": files}
        content = json.dumps(told).encode()
        return b"%08x\n%b" % (zlib.crc32(content), content)

    @classmethod
    def read(cls, folder: Path, *, kind: str) -> Self:
        """That of a snapshot in a folder; raises InputError for one of another form or a damaged one."""
        checksum, _, content = (folder / MANIFEST).read_bytes().partition(b"\n")
        if b"%08x" % zlib.crc32(content) != checksum:
            raise InputError(f"{MANIFEST} is damaged, or of another version")
        told: dict[str, Any] = json.loads(content)
        form = told["version"], told["kind"]
        if form != (VERSION, kind):
            raise InputError(
                f"it is of form {form[0]} with an index {form[1]!a}; expected {VERSION} with {kind!a}"
            )
        files = {file: Sealed(*own) for file, own in told["files"].items()}
        return cls(kind, told["dim"], told["cursor"], files)

    def check_at_once(self, folder: Path) -> None:
        """Check what takes no time: each file's size and its two ends; raises InputError or OSError."""
        for file, own in self.files.items():
            if (found := (folder / file).stat().st_size) != own.size:
                raise InputError(f"{file} has {found} bytes; expected {own.size}")
            if _ends(folder / file) != own.ends:
                raise InputError(f"{file} is damaged")

    def check(self, folder: Path, is_meant: Callable[[str], bool]) -> None:
        """Check the content of files; raises InputError or OSError."""
        for file, own in self.files.items():
            if is_meant(file) and _checksum(folder / file, lambda: None) != own.checksum:
                raise InputError(f"{file} is damaged")

    def why_other(self, folder: Path, is_meant: Callable[[str], bool], breathe: Breathe) -> str:
        """What is wrong with the content of files, "" if nothing is.

        One of a snapshot that was replaced meanwhile counts as sound.
        """
        for file, own in self.files.items():
            try:
                if is_meant(file) and _checksum(folder / file, breathe) != own.checksum:
                    return f"{file} is damaged"
            except FileNotFoundError:
                return ""
            except OSError as error:
                return f"{file}: {error.strerror}"
        return ""


def _checksum(path: Path, breathe: Breathe) -> int:
    found = 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found = zlib.crc32(piece, found)
            breathe()
    return found


def _ends(path: Path) -> int:
    with path.open("rb") as file:
        found = zlib.crc32(file.read(_END_BYTES))
        file.seek(max(0, path.stat().st_size - _END_BYTES), os.SEEK_SET)
        return zlib.crc32(file.read(), found)
