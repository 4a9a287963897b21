"""The files of a folder: its pictures, and what is passed over because it is none or could hang a reader."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from services.core.importing.file_names import PICTURES, PassedOver, is_of_system

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a link to a folder",
}


@dataclass(slots=True)
class Folder:
    """The pictures of a folder and of all folders in it, as paths from it with slashes, in order.

    `unreadable` are folders that can't be listed, each with the reason.
    """

    pictures: list[str] = field(default_factory=list)
    passed: PassedOver = field(default_factory=PassedOver)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def read_folder(path: Path) -> Folder:
    """List a folder without opening a file; links to folders are not followed."""
    found = Folder()
    todo = [""]
    while todo:
        place = todo.pop()
        try:
            with os.scandir(path / place) as entries:
                for entry in entries:
                    if _sort(entry, place + entry.name, found):
                        todo.append(f"{place}{entry.name}/")
        except OSError as error:
            found.unreadable.append((place or ".", error.strerror or type(error).__name__))
    found.pictures.sort(key=lambda name: name.split("/"))
    found.passed.others.sort()
    found.unreadable.sort()
    return found


def _sort(entry: os.DirEntry[str], name: str, found: Folder) -> bool:
    """Note an entry; True for a folder to look into."""
    if is_of_system(entry.name):
        found.passed.note_system(entry.name)
        return False
    if entry.is_dir(follow_symlinks=False):
        return True
    try:
        kind = stat.S_IFMT(entry.stat().st_mode)
    except OSError as error:  # a link that leads nowhere, or in a circle
        found.passed.others.append(f"{name}: {error.strerror}")
        return False
    if kind != stat.S_IFREG:
        found.passed.others.append(f"{name}: {_KINDS.get(kind, 'no file')}")
    elif Path(name).suffix.lower() in PICTURES:
        found.pictures.append(name)
    else:
        found.passed.note_kind(name)
    return False
