"""Files that are on the disk once they are written, and mapped if they are large."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable
from pathlib import Path

from services.core.search.snapshot import Breathe


def write_file(path: Path, pieces: Iterable[bytes], breathe: Breathe) -> None:
    """Write a file that is not there yet."""
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            breathe()


def synchronise(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    place = os.open(path, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def content(path: Path, *, mapped: bool) -> memoryview:
    """A file's content, mapped or read; nothing can't be mapped."""
    with path.open("rb") as file:
        if mapped and path.stat().st_size:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return memoryview(file.read())
