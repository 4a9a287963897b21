"""The files of a base, in a folder of its own."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from services.adapters.mean_index.means import read_means
from services.adapters.mean_index.tuned import Tuned
from services.adapters.mean_index.views import Views

if TYPE_CHECKING:
    from services.adapters.mean_index.base import Base

_Base = TypeVar("_Base", bound="Base")

# Raise it when the files change; a base of another version is then built again.
VERSION = 2
_HEAD, _ITEMS, _NUMBERS, _ROWS, _CODES = "base.json", "items.json", "numbers.npz", "rows.f16", "means.faiss"
# The files that are read piece by piece as they are needed.
MAPPED = frozenset({_ROWS})


def save(base: Base, folder: Path, breathe: Callable[[], object]) -> None:
    """Write the files; raises OSError."""
    base.views.write(folder / _ROWS, breathe)
    base.means.write(folder / _CODES)
    np.savez(folder / _NUMBERS, starts=base.views.starts, numbers=base.numbers, items=base.means.items)
    (folder / _ITEMS).write_text(json.dumps(list(base.item_ids)), encoding="utf-8")
    head = {"version": VERSION, "dim": base.dim, "tuned": base.tuned.encoded()}
    (folder / _HEAD).write_text(json.dumps(head), encoding="utf-8")


def load(kind: type[_Base], folder: Path, *, mapped: bool) -> _Base:
    """Read the files; raises OSError, or ValueError for others than `save` wrote."""
    try:
        base = _loaded(kind, folder)
    except (KeyError, TypeError, IndexError, EOFError, RecursionError, zipfile.BadZipFile) as error:
        raise ValueError(f"the base in {folder.name} can't be read ({str(error)[:100]})") from None
    if not mapped:
        base.views.read_all()
    return base


def _loaded(kind: type[_Base], folder: Path) -> _Base:
    head = json.loads((folder / _HEAD).read_text(encoding="utf-8"))
    if head["version"] != VERSION:
        raise ValueError(f"a base in form {head['version']}; expected {VERSION}")
    with (folder / _NUMBERS).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        starts, numbers = arrays["starts"], arrays["numbers"]
        means = read_means(folder / _CODES, arrays["items"])
    item_ids = json.loads((folder / _ITEMS).read_text(encoding="utf-8"))
    if not len(item_ids) == len(numbers) == len(starts) - 1 == means.items[-1] + 1:
        raise ValueError(f"a base of {len(item_ids)}, {len(numbers)} and {len(starts) - 1} items")
    views = Views(folder / _ROWS, starts, dim=head["dim"])
    found = Tuned.decoded(head["tuned"])
    return kind(item_ids=item_ids, numbers=numbers, views=views, means=means, tuned=found, dim=head["dim"])
