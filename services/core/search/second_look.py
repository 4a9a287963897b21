"""The second look: local features of a frame against those of the first items, by geometry."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass, replace
from itertools import zip_longest

from common.local_points import LocalPoints, decode_points
from common.rate_limited_log import RateLimitedLog
from services.core.errors import UnavailableError
from services.core.ports import PointMatcher
from services.core.records import Neighbour
from services.core.search.point_cache import PointCache, PointsKey

# Items that are looked at again, and pictures of theirs in all: the first of each item, then the second ones.
FIRST = 20
_MOST_PICTURES = 40
# Time that an answer waits for second looks.
DEADLINE_S = 0.15
# Inliers that chance gives, and the effect of further ones on an item's score.
BY_CHANCE = 5
WEIGHT = 0.08

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Looked:
    """The inliers that a second look found, by item id; it `is_whole` if all items were compared.

    An item without local features, or that was not reached, has None.
    """

    inliers: Mapping[str, int | None]
    is_whole: bool


class SecondLook:
    """Takes second looks in threads of its own, at most `workers` at a time; any thread may ask for one."""

    def __init__(
        self,
        cache: PointCache,
        matcher: PointMatcher,
        *,
        workers: int,
        deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cache, self._matcher = cache, matcher
        self.workers, self._deadline_s, self._clock = workers, deadline_s, clock
        self._free = threading.Semaphore(workers)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="second look")
        self._faults = RateLimitedLog()

    def due_s(self) -> float:
        """The moment at which an answer that begins now goes out with what there is."""
        return self._clock() + self._deadline_s

    def look(self, local: bytes, items: Sequence[PointsKey], *, due_s: float) -> Looked | None:
        """A frame's inliers in items; None if all threads are busy.

        It waits up to `due_s`, a moment of `due_s()`, whatever the store does.
        """
        found: dict[str, int | None] = {key.item_id: None for key in items}
        if not self._free.acquire(blocking=False):
            return None
        looking: Future[bool] = self._pool.submit(self._look, decode_points(local), items, due_s, found)
        looking.add_done_callback(lambda _done: self._free.release())
        is_whole = False
        with contextlib.suppress(LateError):
            is_whole = looking.result(max(0.0, due_s - self._clock()))
        return Looked(dict(found), is_whole)

    def close(self) -> None:
        """Begin no further looks."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(
        self, seen: LocalPoints, items: Sequence[PointsKey], due_s: float, found: dict[str, int | None]
    ) -> bool:
        """Whether all items were compared."""
        try:
            known = self._cache.get(items)
            # No item waits for the further pictures of one before it.
            rounds = zip_longest(*([(item_id, one) for one in each] for item_id, each in known.items()))
            pairs = [pair for each in rounds for pair in each if pair is not None][:_MOST_PICTURES]
            for item_id, points in pairs:
                if self._clock() >= due_s:
                    return False
                found[item_id] = max(found[item_id] or 0, self._matcher.inliers(seen, points))
            return True
        except UnavailableError as error:
            self._faults.say("unavailable", f"no second look: {error}")
        except Exception:  # it must cost no answer
            log.exception("a second look failed")
        return False


def reordered(neighbours: Sequence[Neighbour], inliers: Mapping[str, int | None]) -> list[Neighbour]:
    """The neighbours with their inliers, in the order of score and inliers together."""
    looked = [replace(each, inliers=inliers.get(each.item_id)) for each in neighbours]
    return sorted(looked, key=lambda each: each.score + WEIGHT * beyond_chance(each.inliers), reverse=True)


def beyond_chance(inliers: int | None) -> float:
    """What inliers say, on a scale of logarithms: 0 for as few as chance gives, and for no second look."""
    return math.log1p(max((inliers or 0) - BY_CHANCE, 0))
