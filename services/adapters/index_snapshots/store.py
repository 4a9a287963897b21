"""The folder of snapshots: the newest whole one is read, and a new one takes the place of all others."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.adapters.index_snapshots.disk import content, synchronise, write_file
from services.adapters.index_snapshots.manifest import MANIFEST, Manifest, Sealed
from services.core.errors import NoSpaceError, UnavailableError, no_space_told
from services.core.ports import KnnIndex
from services.core.search.snapshot import (
    Breathe,
    IndexFiles,
    KeptIndex,
    LoadedSnapshot,
    Snapshot,
    SnapshotBusyError,
)
from services.core.search.snapshot_files import MAPPED, decoded, encoded_files

_INDEX, _LOCK = "index", "lock"
_WRITING, _GONE = ".writing-", ".gone-"
_SMALL = 32 * 2**20
# Space for an item's facts, to begin with.
_ITEM_BYTES = 400

log = logging.getLogger(__name__)


class IndexSnapshots:
    """A SnapshotStore in a folder, which is made when it is needed; `files` is the index's form.

    Before a search starts, all files are checked but those that are read piece by piece as they are needed
    and have more than `small_bytes`: of these it is the size and both ends.
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
                write_file(writing / file, pieces, breathe)
            index.save(writing / _INDEX, breathe=breathe)
            paths = sorted(path for path in writing.rglob("*") if path.is_file())
            files = {str(path.relative_to(writing)): Sealed.of(path, breathe) for path in paths}
            manifest = Manifest(self._files.kind, snapshot.dim, snapshot.cursor, files)
            write_file(writing / MANIFEST, [manifest.encoded()], breathe)
            for path in (writing / MANIFEST, writing / _INDEX, writing):
                synchronise(path)
            writing.rename(self._folder / name)
            synchronise(self._folder)
        finally:
            shutil.rmtree(writing, ignore_errors=True)

    def _loaded(self, name: str) -> LoadedSnapshot:
        folder = self._folder / name
        manifest = Manifest.read(folder, kind=self._files.kind)
        manifest.check_at_once(folder)
        mapped = MAPPED | {f"{_INDEX}/{file}" for file in self._files.mapped}
        later = {f for f, own in manifest.files.items() if f in mapped and own.size > self._small_bytes}
        # Beside each other: both take a second at a million items.
        with ThreadPoolExecutor(1, "snapshot") as pool:
            index = pool.submit(self._index, folder, manifest, later)
            manifest.check(folder, lambda file: not _is_of_index(file) and file not in later)
            snapshot = decoded(lambda file: content(folder / file, mapped=file in later))
            found = index.result()
        return LoadedSnapshot(
            name,
            snapshot,
            found,
            lambda breathe: manifest.why_other(folder, lambda file: file in later, breathe),
        )

    def _index(self, folder: Path, manifest: Manifest, later: set[str]) -> KnnIndex:
        # Checked first: what reads an index's files may end the process over damaged ones.
        manifest.check(folder, lambda file: _is_of_index(file) and file not in later)
        return self._files.load(folder / _INDEX, dim=manifest.dim, cursor=manifest.cursor)


def _is_of_index(file: str) -> bool:
    return file.startswith(f"{_INDEX}/")


def _suffix(store: str) -> str:
    return f"-{hashlib.sha256(store.encode()).hexdigest()[:16]}"


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{Path(error.filename).name}: {error.strerror}"
    return str(error) or type(error).__name__
