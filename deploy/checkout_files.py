"""The files of the checkout that a zip takes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def files_below(folder: str) -> Iterator[Path]:
    """The files of a folder, as paths from the checkout."""
    for path in (CHECKOUT / folder).rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(CHECKOUT)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a path fits one of the patterns, in which a star takes slashes too."""
    return any(fnmatch(name, pattern) for pattern in patterns)


def copy_file(source: Path, target: Path) -> None:
    """Copy the content of a file, and make the folders that it needs."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
