"""The pictures of the history as files, named by the showing's id."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from services.core.errors import UnavailableError, no_space_told

# Folders, so that none of them holds too many pictures.
_FOLDERS = 256


class HistoryFiles:
    """Keeps pictures in a folder, which it makes for its owner alone; calls may raise UnavailableError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, showing_id: int, jpeg: bytes, /) -> None:
        """Keep a showing's picture, in place of an earlier one."""
        path = self._path(showing_id)
        unfinished = path.with_suffix(".unfinished")
        with _plain_errors():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(jpeg)
                unfinished.replace(path)
            except OSError:
                with suppress(OSError):
                    unfinished.unlink()
                raise

    def get(self, showing_id: int, /) -> bytes | None:
        """The picture, None without one."""
        with _plain_errors(), suppress(FileNotFoundError):
            return self._path(showing_id).read_bytes()
        return None

    def delete(self, ids: Sequence[int], /) -> None:
        """Delete the pictures of these showings."""
        with _plain_errors():
            for each in ids:
                path = self._path(each)
                path.unlink(missing_ok=True)
                path.with_suffix(".unfinished").unlink(missing_ok=True)

    def _path(self, showing_id: int) -> Path:
        return self._folder / f"{showing_id % _FOLDERS:02x}" / f"{showing_id}.jpg"


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        with no_space_told("the history's pictures"):
            yield
    except OSError as error:
        raise UnavailableError(f"the history's pictures: {os.strerror(error.errno or 0)}") from error
