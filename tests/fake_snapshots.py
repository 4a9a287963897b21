"""A SnapshotStore in memory, and what watches a search that starts from one."""

from __future__ import annotations

from services.core.errors import UnavailableError
from services.core.search.snapshot import Breathe, KeptIndex, LoadedSnapshot, Snapshot
from services.core.search.snapshot_files import decoded, encoded_files
from tests.fakes import FakeIndex


class FakeSnapshots:
    """Keeps the newest snapshot; what is large in it is `damaged` if a test says so, and a save may fail."""

    def __init__(self) -> None:
        self._kept: tuple[str, Snapshot, dict[str, bytes], FakeIndex] | None = None
        self.damaged = ""
        self.trouble: UnavailableError | None = None
        self.saves = self.checks = 0

    def load(self) -> LoadedSnapshot | None:
        if self._kept is None:
            return None
        name, _, files, index = self._kept
        snapshot = decoded(lambda file: memoryview(files[file]))
        return LoadedSnapshot(name, snapshot, index.frozen(), self._check)

    def _check(self, breathe: Breathe) -> str:
        self.checks += 1
        breathe()
        return self.damaged

    def cursor(self, store: str, /) -> int | None:
        return self._kept[1].cursor if self._kept is not None and self._kept[1].store == store else None

    def save(self, snapshot: Snapshot, index: KeptIndex, /, *, breathe: Breathe) -> str:
        if self.trouble is not None:
            raise self.trouble
        assert isinstance(index, FakeIndex)
        files = dict[str, bytes]()
        for file, pieces in encoded_files(snapshot):
            content = bytearray()
            for piece in pieces:
                content += piece
                breathe()
            files[file] = bytes(content)
        self.saves += 1
        self._kept = f"snapshot-{self.saves}", snapshot, files, index
        return self._kept[0]

    def drop(self, name: str, /) -> None:
        if self._kept is not None and self._kept[0] == name:
            self._kept = None
