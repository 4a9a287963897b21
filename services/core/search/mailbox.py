"""The observations that wait for the search, at most one a camera: freshest wins."""

from __future__ import annotations

import threading
from collections import OrderedDict

from common.wire import Observation

MAX_CAMERAS = 10_000


class Mailbox:
    """Holds the newest observation of each camera until a worker takes them all at once."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Observation] = OrderedDict()
        self._arrived = threading.Condition()

    def put(self, seen: Observation) -> bool:
        """Leave an observation; True if it replaced an older one of its camera, or lost to a newer one."""
        with self._arrived:
            known = self._waiting.get(seen.thing)
            if known is not None and known.captured_at_s > seen.captured_at_s:
                return True
            # A replaced one keeps its place, so that a fast camera cannot starve a slow one.
            self._waiting[seen.thing] = seen
            if len(self._waiting) > MAX_CAMERAS:
                self._waiting.popitem(last=False)
                return True
            self._arrived.notify()
            return known is not None

    def take(self, *, limit: int, timeout_s: float) -> list[Observation]:
        """Up to `limit` observations, the longest waiting first; empty when none came within `timeout_s`."""
        with self._arrived:
            self._arrived.wait_for(lambda: bool(self._waiting), timeout_s)
            taken = min(limit, len(self._waiting))
            return [self._waiting.popitem(last=False)[1] for _ in range(taken)]
