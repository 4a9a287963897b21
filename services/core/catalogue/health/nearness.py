"""Items that no camera can tell apart: the same picture, or one that is too near."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.catalogue.health.problem import Kind, Problem
from services.core.catalogue.same_pictures import uprights
from services.core.domain import EQUAL_FROM, Item

# Rows that are compared with all others at once, for the sake of memory.
_ROWS = 256


class Nearness:
    """Collects a catalogue's items, and compares all with all."""

    def __init__(self) -> None:
        self._pictures: dict[str, frozenset[str]] = {}
        self._rows: list[NDArray[np.float16]] = []
        self._owners: list[str] = []

    def add(self, item: Item) -> None:
        """One item; its pictures that a camera took are not compared, as scene and camera make them alike."""
        self._pictures[item.id] = frozenset(item.pictures) - frozenset(item.taught)
        # Copies, which would else keep all vectors of the item; float16 is what the store has.
        own = uprights(item).astype(np.float16)
        self._rows.append(own)
        self._owners += [item.id] * len(own)

    def problems(self) -> Iterator[Problem]:
        """Groups with the same picture, and of other items each with the nearest that is too near."""
        by_picture: dict[str, list[str]] = {}
        for item_id, keys in self._pictures.items():
            for key in keys:
                by_picture.setdefault(key, []).append(item_id)
        for ids in sorted({tuple(sorted(ids)) for ids in by_picture.values() if len(ids) > 1}):
            yield Problem(Kind.SAME_PICTURE, ids)
        for (one, other), cosine in sorted(self._near().items()):
            if self._pictures[one].isdisjoint(self._pictures[other]):
                yield Problem(Kind.TOO_NEAR, (one, other), value=cosine)

    def _near(self) -> dict[tuple[str, str], float]:
        """The pairs of an item and its nearest, by the cosine of their nearest pictures."""
        rows: Vectors = np.concatenate(self._rows or [np.zeros((0, 1), np.float16)]).astype(np.float32)
        names, owner = np.unique(np.array(self._owners, np.str_), return_inverse=True)
        near: dict[tuple[str, str], float] = {}
        for start in range(0, len(rows), _ROWS):
            cosines = rows[start : start + _ROWS] @ rows.T
            cosines[owner[start : start + _ROWS, None] == owner] = -1
            best = cosines.argmax(1)
            for place in np.flatnonzero(cosines.max(1) >= EQUAL_FROM).tolist():
                one, other = sorted((str(names[owner[start + place]]), str(names[owner[best[place]]])))
                cosine = float(cosines[place, best[place]])
                near[one, other] = max(cosine, near.get((one, other), -1))
        return near
