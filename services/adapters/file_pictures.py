"""Pictures as files, named by their content."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from services.core.catalogue.picture_key import is_picture_key, picture_key


class FilePictures:
    """Keeps pictures in a folder; the same content is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, *, suffix: str) -> str:
        """Keep a picture file and give its key; it is on the disk, not only in a cache, on return."""
        key = picture_key(content, suffix=suffix)
        path = self._path(key)
        if path.exists():
            return key
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return key

    def get(self, key: str) -> bytes | None:
        """The content, or None for a key that does not exist."""
        if not is_picture_key(key):
            return None
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, key: str) -> Path:
        # Two levels keep a folder's listing short with a large catalogue.
        return self._folder / key[:2] / key


def _sync_folder(folder: Path) -> None:
    """Make the new file's name durable, and that of a new folder."""
    for place in (folder, folder.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
