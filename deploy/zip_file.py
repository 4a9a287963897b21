"""Writing of a zip, the same bytes for the same files."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

MIB = 2**20
# The earliest time that a zip can name.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class Sizes:
    """Bytes of a zip, and of its files."""

    zipped: int
    unpacked: int


def sizes_of(path: Path) -> Sizes:
    """The sizes of a zip that was built."""
    with zipfile.ZipFile(path) as archive:
        return Sizes(path.stat().st_size, sum(entry.file_size for entry in archive.infolist()))


def write_zip(folder: Path, path: Path) -> Sizes:
    """Zip the files of a folder, in order of their names."""
    unfinished = path.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(_names(folder)):
            archive.writestr(_entry(name), (folder / name).read_bytes())
    unfinished.rename(path)
    return sizes_of(path)


def _names(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    # A regular file that everybody may read: it is run as a user of its own.
    entry.external_attr = 0o100644 << 16
    return entry
