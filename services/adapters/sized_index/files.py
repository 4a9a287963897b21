"""The files of the index: those of its base and of what came since, and what is gone of the base."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from services.adapters.sized_index.frozen import GONE_FILE, PlacedBase
from services.adapters.sized_index.index import SizedIndex
from services.adapters.sized_index.parts import ExactIndex, LargeBase
from services.core.errors import InputError

# Raise the number when the form changes, or that of a part.
KIND = "sized 1"


class LoadExact(Protocol):
    """Loads an exact index, and raises InputError or OSError for files that it can't use."""

    def __call__(self, folder: Path, /, *, dim: int, cursor: int) -> ExactIndex:
        """The index of the files that `FrozenExact.save` wrote."""


@dataclass(frozen=True, slots=True)
class SizedFiles:
    """The files of a SizedIndex.

    `load_base` may raise ValueError or OSError; `make` gives the index of a dimension, made of an exact index
    and a base. `mapped` names the files that these only map.
    """

    load_exact: LoadExact
    load_base: Callable[[Path], LargeBase]
    make: Callable[[int, ExactIndex, PlacedBase | None], SizedIndex]
    mapped: frozenset[str]
    kind: str = KIND

    def load(self, folder: Path, /, *, dim: int, cursor: int) -> SizedIndex:
        """The index of the files that FrozenSized.save wrote; raises InputError or OSError for others."""
        delta = self.load_exact(folder, dim=dim, cursor=cursor)
        try:
            placed = self._placed(folder, dim) if (folder / GONE_FILE).exists() else None
        except (ValueError, EOFError) as error:
            raise InputError(f"base: {str(error)[:200]}") from None
        return self.make(dim, delta, placed)

    def _placed(self, folder: Path, dim: int) -> PlacedBase:
        base = self.load_base(folder)
        with (folder / GONE_FILE).open("rb") as file:
            gone = np.load(file, allow_pickle=False)
        if base.dim != dim or gone.dtype != np.bool_ or gone.shape != (len(base.item_ids),):
            raise ValueError(f"{len(base.item_ids)} items of {base.dim} numbers, {gone.shape} of them gone")
        return PlacedBase.of(base, gone)
