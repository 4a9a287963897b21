"""Deleted items that can be brought back: as JSON, in memory or in a file without a name."""

from __future__ import annotations

import base64
import errno
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
        self._places: dict[str, tuple[int, Sequence[int]]] = {}
        self._pictures: dict[str, Sequence[str]] = {}
        self._bytes = 0
        with no_space_told(_WHAT):
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, self._file.close)

    def add(self, item: Item) -> None:
        """Keep an item; raises NoSpaceError."""
        parts = (json.dumps(_words(item)).encode(), *_contents(item))
        with no_space_told(_WHAT):
            for part in parts:
                if self._file.write(part) != len(part):
                    raise OSError(errno.ENOSPC, "No space left on device")
        self._places[item.id] = self._bytes, [len(part) for part in parts]
        self._pictures[item.id] = item.pictures
        self._bytes += sum(map(len, parts))

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
        for start, (words, vectors, points) in list(self._places.values()):
            content = os.pread(self._file.fileno(), words + vectors + points, start)
            rest = content[words:]
            yield _item(json.loads(content[:words]), rest[:vectors], rest[vectors:])


def item_fields(item: Item) -> dict[str, Any]:
    """An item as JSON's values; vectors as float16, as the item store keeps them."""
    vectors, points = (base64.b64encode(each).decode() for each in _contents(item))
    return {**_words(item), "vectors": vectors, "points": points}


def item_of_fields(given: dict[str, Any]) -> Item:
    """The item of `item_fields`; raises KeyError, TypeError or ValueError for anything else."""
    vectors, points = (base64.b64decode(given.pop(name)) for name in ("vectors", "points"))
    return _item(given, vectors, points)


def _words(item: Item) -> dict[str, Any]:
    # By name, as `asdict` copies each value and takes longer than all else.
    facts = item.facts
    known = {each.name: getattr(facts, each.name) for each in fields(ItemFacts)}
    return {**known, "metadata": dict(item.metadata), "recipe": item.recipe, "dim": item.vectors.shape[1]}


def _contents(item: Item) -> tuple[bytes, bytes]:
    """The vectors and the local features."""
    return item.vectors.astype("<f2").tobytes(), packed_points(item.points)


def _item(words: dict[str, Any], vectors: bytes, points: bytes) -> Item:
    recipe, dim = words.pop("recipe"), words.pop("dim")
    words |= {name: tuple(words[name]) for name in ("more_pictures", "taught")}
    facts = ItemFacts(**words)
    return Item.of(
        facts,
        vectors=np.frombuffer(vectors, "<f2").astype(np.float32).reshape(-1, dim),
        recipe=recipe,
        points=points_of(points, len(facts.pictures)),
    )
