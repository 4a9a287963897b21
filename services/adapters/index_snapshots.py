"""Snapshots of a search as folders of files, each complete or not there.

A snapshot is written under another name, synchronised with the disk, and renamed. Its manifest, which has a
checksum of its own, holds size and checksum of each file. Processes that share the folder write one after
another, and whoever has mapped the files of a snapshot that is replaced goes on reading them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import logging
import mmap
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from services.core.errors import InputError, NoSpaceError, UnavailableError, no_space_told
from services.core.search.snapshot import (
    Breathe,
    IndexFiles,
    KeptIndex,
    LoadedSnapshot,
    Snapshot,
    SnapshotBusyError,
)
from services.core.search.snapshot_files import VERSION, decoded, encoded_files

_MANIFEST, _INDEX, _LOCK = "manifest.json", "index", "lock"
_WRITING, _GONE = ".writing-", ".gone-"
_SMALL = 32 * 2**20
_PIECE = 2**20
# Space for an item's facts, to begin with.
_ITEM_BYTES = 400

log = logging.getLogger(__name__)


class IndexSnapshots:
    """A SnapshotStore in a folder, which is made when it is needed; `files` is the index's form.

    Files of up to `small_bytes` are read and checked before a search starts; larger ones are mapped.
    """

    def __init__(self, folder: Path, files: IndexFiles, *, small_bytes: int = _SMALL) -> None:
        self._folder, self._files, self._small_bytes = folder, files, small_bytes

    def load(self) -> LoadedSnapshot | None:
        """The newest snapshot that is whole; the log says what is wrong with others, and they are dropped."""
        damaged = set[str]()
        while names := [name for name in self._names() if name not in damaged]:
            try:
                return self._loaded(names[-1])
            except Exception as error:  # whatever it is, the item store has everything
                if (self._folder / names[-1]).exists():  # else another process has just replaced it
                    damaged.add(names[-1])
                    log.warning("snapshot %s: %s; it is left out", self._folder / names[-1], _words(error))
                    self.drop(names[-1])
        return None

    def cursor(self, store: str, /) -> int | None:
        """The cursor of the newest snapshot of a store, None if there is none."""
        found = [name.split("-")[1] for name in self._names() if name.endswith(_suffix(store))]
        return int(found[-1]) if found else None

    def save(self, snapshot: Snapshot, index: KeptIndex, /, *, breathe: Breathe) -> str:
        """Keep a snapshot, durable on return, in place of all others; gives its name."""
        name = f"{time.time_ns():020}-{snapshot.cursor}{_suffix(snapshot.store)}"
        try:
            with no_space_told(f"snapshots in {self._folder}"):
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with self._locked():
                    self._clear()
                    self._check_room(index.file_bytes + _ITEM_BYTES * len(snapshot.facts))
                    self._write(name, snapshot, index, breathe)
                    for other in self._names():
                        if other != name:
                            self.drop(other)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise UnavailableError(f"snapshots in {self._folder}: {why}") from error
        return name

    def drop(self, name: str, /) -> None:
        """Remove a snapshot, if it is there and it can be removed."""
        gone = self._folder / f"{_GONE}{secrets.token_hex(4)}"
        with contextlib.suppress(OSError):
            # In one step: nobody may find half of one.
            (self._folder / name).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def _names(self) -> list[str]:
        """The names of all snapshots, the newest last."""
        try:
            return sorted(each.name for each in self._folder.iterdir() if each.name[:1].isdigit())
        except OSError:
            return []

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from writing; the kernel ends it however this one ends."""
        with (self._folder / _LOCK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise SnapshotBusyError(f"snapshots in {self._folder}: another process writes one") from None
            yield

    def _clear(self) -> None:
        """Remove what processes that were killed have left."""
        for each in self._folder.iterdir():
            if each.name.startswith((_WRITING, _GONE)):
                shutil.rmtree(each, ignore_errors=True)

    def _check_room(self, size: int) -> None:
        """Leave as much as a snapshot takes to others: the item store may be on the same disk."""
        if (free := shutil.disk_usage(self._folder).free) < 2 * size:
            why = f"{free >> 20} MiB are free, {2 * size >> 20} MiB are needed"
            raise NoSpaceError.at(f"snapshots in {self._folder}", why)

    def _write(self, name: str, snapshot: Snapshot, index: KeptIndex, breathe: Breathe) -> None:
        writing = self._folder / f"{_WRITING}{secrets.token_hex(4)}"
        try:
            (writing / _INDEX).mkdir(mode=0o700, parents=True)
            for file, pieces in encoded_files(snapshot):
                _write_file(writing / file, pieces, breathe)
            index.save(writing / _INDEX, breathe=breathe)
            paths = sorted(path for path in writing.rglob("*") if path.is_file())
            files = {str(path.relative_to(writing)): _sealed(path, breathe) for path in paths}
            manifest = json.dumps({"version": VERSION, "kind": self._files.kind, "files": files}).encode()
            _write_file(writing / _MANIFEST, [_digest(manifest).encode(), b"\n", manifest], breathe)
            for path in (writing / _MANIFEST, writing / _INDEX, writing):
                _synchronise(path)
            writing.rename(self._folder / name)
            _synchronise(self._folder)
        finally:
            shutil.rmtree(writing, ignore_errors=True)

    def _loaded(self, name: str) -> LoadedSnapshot:
        folder = self._folder / name
        files = self._manifest(folder)
        for file, (size, _) in files.items():
            if (found := (folder / file).stat().st_size) != size:
                raise InputError(f"{file} has {found} bytes; expected {size}")
        small = {file: told for file, told in files.items() if told[0] <= self._small_bytes}
        large = {file: told for file, told in files.items() if file not in small}
        if why := _why_other(folder, small, lambda: None):
            raise InputError(why)
        snapshot = decoded(lambda file: _content(folder / file, self._small_bytes))
        index = self._files.load(folder / _INDEX, dim=snapshot.dim, cursor=snapshot.cursor)
        return LoadedSnapshot(name, snapshot, index, lambda breathe: _why_other(folder, large, breathe))

    def _manifest(self, folder: Path) -> dict[str, tuple[int, str]]:
        """Size and checksum of each file."""
        digest, _, content = (folder / _MANIFEST).read_bytes().partition(b"\n")
        if _digest(content).encode() != digest:
            raise InputError(f"{_MANIFEST} is damaged")
        told: dict[str, Any] = json.loads(content)
        form = told["version"], told["kind"]
        if form != (VERSION, self._files.kind):
            wanted = f"{VERSION} with {self._files.kind!a}"
            raise InputError(f"it is of form {form[0]} with an index {form[1]!a}; expected {wanted}")
        return {file: (size, checksum) for file, (size, checksum) in told["files"].items()}


def _suffix(store: str) -> str:
    return f"-{hashlib.sha256(store.encode()).hexdigest()[:16]}"


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{Path(error.filename).name}: {error.strerror}"
    return str(error) or type(error).__name__


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _digest_of(path: Path, breathe: Breathe) -> str:
    found = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
            breathe()
    return found.hexdigest()


def _sealed(path: Path, breathe: Breathe) -> tuple[int, str]:
    """Size and checksum of a file, which is on the disk from now on."""
    _synchronise(path)
    return path.stat().st_size, _digest_of(path, breathe)


def _write_file(path: Path, pieces: Iterable[bytes], breathe: Breathe) -> None:
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            breathe()


def _synchronise(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _content(path: Path, small_bytes: int) -> memoryview:
    """A file's content; a large one is mapped."""
    with path.open("rb") as file:
        if path.stat().st_size <= small_bytes:
            return memoryview(file.read())
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _why_other(folder: Path, files: Mapping[str, tuple[int, str]], breathe: Breathe) -> str:
    """What is wrong with files, "" if nothing is; one that was replaced meanwhile counts as sound."""
    for file, (_, checksum) in files.items():
        try:
            if _digest_of(folder / file, breathe) != checksum:
                return f"{file} is damaged"
        except FileNotFoundError:
            return ""
        except OSError as error:
            return f"{file}: {error.strerror}"
    return ""
