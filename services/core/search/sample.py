"""The sample of items whose probes the calibration is fitted to; every process has the same."""

from __future__ import annotations

import hashlib
import heapq
import threading
from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence

from common.wire import Vectors

# Number of sampled items: enough probes to fit three numbers.
SAMPLE = 500
# Number of further items kept, which replace sampled ones that go; after them the store is read.
_RESERVE = 100

_Rank = tuple[bytes, str]
ReadProbes = Callable[[Sequence[str]], Sequence[Vectors]]


class ProbeSample:
    """The probes of `size` items: of those that have probes, the ones whose ids have the smallest hashes.

    The first by the alphabet would be alike, as ids often begin with a kind. Only these items and a reserve
    are in memory. Safe to use from two threads.
    """

    def __init__(self, *, size: int = SAMPLE, reserve: int = _RESERVE) -> None:
        self._size, self._most = size, size + reserve
        self._probes: dict[str, Vectors] = {}
        self._ranks: list[_Rank] = []
        # No item with probes is missing below this rank; None if none is missing at all.
        self._complete_below: _Rank | None = None
        self._lock = threading.Lock()

    def put(self, item_id: str, probes: Vectors) -> None:
        """Set an item's probes, float32 [probes, dim], perhaps none."""
        with self._lock:
            self._remove(item_id)
            rank = _rank(item_id)
            if len(probes) and (self._complete_below is None or rank < self._complete_below):
                insort(self._ranks, rank)
                self._probes[item_id] = probes
            if len(self._ranks) > self._most:
                self._complete_below = self._ranks.pop()
                del self._probes[self._complete_below[1]]

    def remove(self, item_id: str) -> None:
        """Remove an item that is gone."""
        with self._lock:
            self._remove(item_id)

    def _remove(self, item_id: str) -> None:
        if self._probes.pop(item_id, None) is not None:
            del self._ranks[bisect_left(self._ranks, _rank(item_id))]

    def chosen(self) -> Mapping[str, Vectors]:
        """The sampled items' probes, in the order of the ids, so that a fit to them has one result."""
        with self._lock:
            return {
                item_id: self._probes[item_id] for item_id in sorted(i for _, i in self._ranks[: self._size])
            }

    @property
    def is_dry(self) -> bool:
        """Whether too many sampled items are gone, so that others have to be read."""
        return self._complete_below is not None and len(self._ranks) < self._size

    def refill(self, ids: Iterable[str], read: ReadProbes) -> None:
        """While it is dry, take the next of `ids`, the ids of all items; `read` gives their probes."""
        while (start := self._complete_below) is not None and self.is_dry:
            count = self._most - len(self._ranks)
            following = heapq.nsmallest(count, (rank for rank in map(_rank, ids) if rank >= start))
            found = read([item_id for _, item_id in following])
            # The first rank behind the last one read.
            end = (following[-1][0], following[-1][1] + "\0") if len(following) == count else None
            self._complete_below = end
            for (_, item_id), probes in zip(following, found, strict=True):
                self.put(item_id, probes)


def _rank(item_id: str) -> _Rank:
    return hashlib.blake2b(item_id.encode(), digest_size=8).digest(), item_id
