"""What trainings left, as files of a folder: two a training, and one that names the newest."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from services.core.errors import InputError, UnavailableError
from services.core.search.trained import TrainedIndex
from services.core.search.trained_file import decode_trained, encode_trained

NEWEST = "newest"


class FolderTrained:
    """A TrainedStore in a folder, which is made when something is kept there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> str | None:
        """The name of the newest training, None if there is none."""
        content = self._read(NEWEST)
        return None if content is None else content.decode("utf-8", "replace").strip()

    def load(self, training: str | None = None) -> TrainedIndex | None:
        """What a training left, by default the newest; None if there is none."""
        name = training or self.newest()
        # Names are ours; what else stands there must not lead out of the folder.
        if name is None or Path(name).name != name:
            return None
        facts, numbers = self._read(f"{name}.json"), self._read(f"{name}.npz")
        if facts is None or numbers is None:
            return None
        try:
            return decode_trained(facts, numbers)
        except InputError as error:
            raise self._trouble(f"training {name}: {error}") from None

    def save(self, trained: TrainedIndex) -> None:
        """Keep what a training left, durable on return; it is the newest from then on."""
        facts, numbers = encode_trained(trained)
        self._write(f"{trained.training}.json", facts)
        self._write(f"{trained.training}.npz", numbers)
        self._write(NEWEST, trained.training.encode())

    def remove(self, training: str) -> None:
        """Drop what a training left, if it is there."""
        try:
            for suffix in (".json", ".npz"):
                (self._folder / f"{training}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            raise self._trouble(str(error.strerror)) from None

    def _read(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble(f"{name}: {error.strerror}") from None

    def _write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all."""
        part = self._folder / f".{name}.{os.getpid()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise self._trouble(f"{name}: {error.strerror}") from None

    def _trouble(self, why: str) -> UnavailableError:
        return UnavailableError(f"trainings in {self._folder}: {why}")
