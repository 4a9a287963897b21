"""Pictures as files, named by their content."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.core.catalogue.picture_key import is_picture_key, picture_key
from services.core.errors import UnavailableError, no_space_told
from services.core.ports import OpenPicture

UNFINISHED = ".unfinished-"
# Before the name of a picture that is being collected.
_ASIDE = ".collected-"
# As much as a usual picture has.
_CHECK_BYTES = 256 * 1024


class FilePictures:
    """Keeps pictures in a folder; the same content is kept once. Every call may raise UnavailableError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, *, suffix: str) -> str:
        """Keep a picture file and give its key; it is on the disk, not only in a cache, on return."""
        key = picture_key(content, suffix=suffix)
        path = self._path(key)
        with _plain_errors():
            if not _touched(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with _unfinished(path.parent, content) as whole:
                    whole.replace(path)
                _sync_folder(path.parent)
        return key

    def get(self, key: str) -> bytes | None:
        """The content, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        with _plain_errors(), suppress(FileNotFoundError):
            return self._path(key).read_bytes()
        return None

    def touch(self, key: str) -> None:
        """Let a picture count as just put, if it is there."""
        if is_picture_key(key):
            with _plain_errors():
                _touched(self._path(key))

    def kept(self) -> Iterator[tuple[str, float]]:
        """Each picture's key, and when it was put or touched, in Unix seconds."""
        for path in self._folder.glob("*/*"):
            with _plain_errors(), suppress(FileNotFoundError):
                if is_picture_key(path.name):
                    yield path.name, path.stat().st_mtime

    def collect(self, key: str, *, before_s: float) -> bool:
        """Delete a picture that nothing names, unless it was touched at `before_s` or later."""
        path = self._path(key)
        aside = path.with_name(_ASIDE + key)
        with _plain_errors(), suppress(FileNotFoundError):
            if path.stat().st_mtime >= before_s:
                return False
            path.rename(aside)
            # A `put` that came in between has touched this file, and a later one has written another.
            if aside.stat().st_mtime >= before_s:
                aside.rename(path)
                return False
            aside.unlink()
            return True
        return False

    def tidy(self, *, before_s: float) -> None:
        """Remove unfinished files, and put back what a crash has left aside: `collect` decides again."""
        with _plain_errors():
            for path in self._folder.glob(f"*/{_ASIDE}*"):
                place = path.with_name(path.name.removeprefix(_ASIDE))
                if place.exists():  # put again since then
                    path.unlink()
                else:
                    path.rename(place)
            for path in self._folder.rglob(f"{UNFINISHED}*"):
                with suppress(FileNotFoundError):  # it was just finished
                    if path.stat().st_mtime < before_s:
                        path.unlink()

    def check_write(self) -> None:
        """Write a file and delete it; raises UnavailableError if that fails."""
        with _plain_errors(), _unfinished(self._folder, bytes(_CHECK_BYTES)):
            pass

    def open(self, key: str) -> OpenPicture | None:
        """The content in pieces, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        with _plain_errors(), suppress(FileNotFoundError):
            file = self._path(key).open("rb")
            return OpenPicture(os.fstat(file.fileno()).st_size, file)
        return None

    def _path(self, key: str) -> Path:
        # Two levels keep a folder's listing short with a large catalogue.
        return self._folder / key[:2] / key


def _touched(path: Path) -> bool:
    """Set the file's time to now; False if there is none."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


@contextmanager
def _unfinished(folder: Path, content: bytes) -> Iterator[Path]:
    """A durable file of its own with this content, deleted afterwards unless it was renamed."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        with no_space_told("picture store"):
            yield
    except OSError as error:
        raise UnavailableError(f"picture store: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable, and that of a new folder."""
    for place in (folder, folder.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
