"""Sorting of the names of an import's files: pictures, tables, and what is passed over aloud."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath

PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
TABLES = (".csv", ".jsonl", ".txt", ".xml")
# Folders and files that systems make for themselves: thumbnails, deleted files, indexes.
_SYSTEM = re.compile(
    r"""
      \..* | @eadir | @tmp | @recycle | @recently-snapshot | @__thumb | \#recycle | \#snapshot | __macosx
    | \$recycle\.bin | recycler | recycled | system\ volume\ information | lost\+found
    | network\ trash\ folder | temporary\ items
    | thumbs\.db(:encryptable)? | ehthumbs(_vista)?\.db | desktop\.ini | icon\r
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SHOWN = 5


def is_of_system(path: str) -> bool:
    """Whether a file, or a folder on the way to it, is the system's own; `path` is relative, with slashes."""
    return any(part not in (".", "..") and _SYSTEM.fullmatch(part) for part in path.split("/"))


def is_address(source: str) -> bool:
    """Whether a picture's source is an address of the web, and no path."""
    return source[:8].lower().startswith(("http://", "https://"))


@dataclass(slots=True)
class PassedOver:
    """What an import did not look at: names of the system, files by suffix, others with their reasons."""

    system: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    others: list[str] = field(default_factory=list)

    def note_system(self, path: str) -> None:
        """Count a file or folder of the system, by the name that makes it one."""
        self.system[next(part for part in path.split("/") if is_of_system(part))] += 1

    def note_kind(self, path: str) -> None:
        """Count a file of a kind that is no picture."""
        self.kinds[PurePosixPath(path).suffix.lower() or "without a suffix"] += 1

    def __str__(self) -> str:
        """All of it as one line, empty for nothing."""
        told = []
        if self.kinds:
            told.append(_listed((f"{count} {kind}" for kind, count in self.kinds.most_common()), ", "))
        if count := sum(self.system.values()):
            told.append(f"{count} of the system ({_listed(sorted(self.system), ', ')})")
        told += [_listed(self.others, "; ")] if self.others else []
        return "; ".join(told)


def _listed(texts: Iterable[str], between: str) -> str:
    first = list(texts)
    more = len(first) - _SHOWN
    return between.join(first[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class SortedNames:
    """Names of files by their use."""

    pictures: list[str]
    tables: list[str]
    passed: PassedOver


def sort_names(names: Iterable[str], *, tables: bool = False) -> SortedNames:
    """The names by their use; tables are passed over unless they are asked for."""
    found = SortedNames([], [], PassedOver())
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if is_of_system(name):
            found.passed.note_system(name)
        elif suffix in PICTURES:
            found.pictures.append(name)
        elif tables and suffix in TABLES:
            found.tables.append(name)
        else:
            found.passed.note_kind(name)
    return found
