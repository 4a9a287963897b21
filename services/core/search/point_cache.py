"""Items' local features in memory: those of the items that were looked at lately."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from common.local_points import LocalPoints, PointsError, decode_points
from services.core.domain import ItemFacts

# About 12 KB a picture.
_ITEMS = 256
# A rebuild may make them again from the same pictures.
_KEEP_S = 60.0

ReadPoints = Callable[[Sequence[str]], Mapping[str, tuple[bytes, ...]]]


@dataclass(frozen=True, slots=True)
class PointsKey:
    """An item's local features as they are while it has these pictures and this model."""

    item_id: str
    model: str
    pictures: tuple[str, ...]

    @classmethod
    def of(cls, facts: ItemFacts) -> PointsKey:
        """The key of an item as it is now."""
        return cls(facts.id, facts.model, facts.pictures)


class PointCache:
    """Reads local features from the item store, and keeps a few; safe to use from several threads."""

    def __init__(self, read: ReadPoints, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`read` is ItemStore.points."""
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[PointsKey, tuple[float, tuple[LocalPoints, ...]]] = OrderedDict()

    def get(self, keys: Sequence[PointsKey]) -> dict[str, tuple[LocalPoints, ...]]:
        """The local features of each picture that has some, by item id; may raise UnavailableError."""
        since_s = self._clock() - _KEEP_S
        with self._lock:
            kept = {key: self._kept[key] for key in keys if key in self._kept}
        found = {key: points for key, (read_s, points) in kept.items() if read_s > since_s}
        if lacking := [key for key in keys if key not in found]:
            read = self._read([key.item_id for key in lacking])
            found |= {key: _decoded(read.get(key.item_id, ())) for key in lacking}
        now_s = self._clock()
        with self._lock:
            for key in keys:
                self._kept[key] = (now_s if key in lacking else kept[key][0], found[key])
                self._kept.move_to_end(key)
            while len(self._kept) > _ITEMS:
                self._kept.popitem(last=False)
        return {key.item_id: found[key] for key in keys}


def _decoded(blobs: Sequence[bytes]) -> tuple[LocalPoints, ...]:
    """The points of blobs that have some; a damaged one has none."""
    points = []
    for blob in blobs:
        try:
            points.append(decode_points(blob))
        except PointsError:
            continue
    return tuple(each for each in points if len(each))
