"""Deleted items that can be brought back: as JSON, in memory or in a file without a name."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from services.core.catalogue.stored_values import packed_points, points_of
from services.core.domain import Item, ItemFacts
from services.core.errors import no_space_told

# A disk has more room than memory: bytes of a file count for a sixteenth.
_DISK = 16
_WHAT = "the undo of many items"


class KeptItems(Protocol):
    """Items that are kept for an undo; may be iterated again and again, by several threads."""

    @property
    def size(self) -> int:
        """The approximate size in bytes, for the limit of memory."""

    @property
    def pictures(self) -> Sequence[str]:
        """The keys of their pictures."""

    def __iter__(self) -> Iterator[Item]:
        """The items."""


@dataclass(frozen=True, slots=True)
class HeldItems:
    """Items in memory."""

    items: tuple[Item, ...]

    @property
    def size(self) -> int:
        """The size of their vectors and local features."""
        return sum(item.vectors.nbytes + sum(map(len, item.points)) for item in self.items)

    @property
    def pictures(self) -> Sequence[str]:
        """The keys of their pictures."""
        return [key for item in self.items for key in item.pictures]

    def __iter__(self) -> Iterator[Item]:
        """The items."""
        return iter(self.items)


class FiledItems:
    """Items in a file of a folder, which is gone with this object or its process."""

    def __init__(self, folder: Path) -> None:
        # The items' places in the file, by id.
        self._places: dict[str, tuple[int, int]] = {}
        self._pictures: dict[str, Sequence[str]] = {}
        self._bytes = 0
        with no_space_told(_WHAT):
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def add(self, item: Item) -> None:
        """Keep an item; raises NoSpaceError."""
        line = json.dumps(item_fields(item)).encode()
        with no_space_told(_WHAT):
            self._file.write(line)
            self._file.flush()
        self._places[item.id] = self._bytes, len(line)
        self._pictures[item.id] = item.pictures
        self._bytes += len(line)

    def leave(self, item_id: str) -> None:
        """Keep an item no longer."""
        self._places.pop(item_id, None)
        self._pictures.pop(item_id, None)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def size(self) -> int:
        """The approximate size."""
        return self._bytes // _DISK + sum(100 * len(keys) for keys in self._pictures.values())

    @property
    def pictures(self) -> Sequence[str]:
        """The keys of their pictures."""
        return [key for keys in self._pictures.values() for key in keys]

    def __iter__(self) -> Iterator[Item]:
        """The items, read one by one."""
        for start, size in list(self._places.values()):
            yield item_of_fields(json.loads(os.pread(self._file.fileno(), size, start)))


def item_fields(item: Item) -> dict[str, Any]:
    """An item as JSON's values; vectors as float16, as the item store keeps them."""
    # By name, as `asdict` copies each value and takes longer than all else.
    known = item.facts
    facts = {each.name: getattr(known, each.name) for each in fields(ItemFacts)}
    return facts | {
        "metadata": dict(item.metadata),
        "recipe": item.recipe,
        "dim": item.vectors.shape[1],
        "vectors": base64.b64encode(item.vectors.astype("<f2").tobytes()).decode(),
        "points": base64.b64encode(packed_points(item.points)).decode(),
    }


def item_of_fields(given: dict[str, Any]) -> Item:
    """The item of `item_fields`; raises KeyError, TypeError or ValueError for anything else."""
    content, recipe, dim = (given.pop(name) for name in ("vectors", "recipe", "dim"))
    points = base64.b64decode(given.pop("points"))
    given |= {name: tuple(given[name]) for name in ("more_pictures", "taught")}
    facts = ItemFacts(**given)
    vectors = np.frombuffer(base64.b64decode(content), "<f2").astype(np.float32).reshape(-1, dim)
    return Item.of(facts, vectors=vectors, recipe=recipe, points=points_of(points, len(facts.pictures)))
