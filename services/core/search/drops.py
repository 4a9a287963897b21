"""Dropped observations: counted by their reason, and logged now and then."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from services.core.search.tally import DropReason, Tally

_LOG_EVERY_S = 1.0
# A dependency that fails is logged when it begins to; it may last for days.
_LOG_SELDOM_S = {"unavailable": 10.0}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dropped:
    """The cause of a dropped observation: the reason that is counted, and an explanation."""

    reason: DropReason
    detail: str


class Drops:
    """Counts each drop, and logs at most one line a second and reason; safe to use from several threads."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self._lock = threading.Lock()
        self._logged_s: dict[str, float] = {}
        self._silent: dict[str, int] = {}

    def note(self, reason: DropReason, detail: str, *, about: str = "observation dropped") -> Dropped:
        """Count and log a drop that somebody has to mend; `about` begins the line of the log."""
        self.tally.dropped(reason)
        now_s = time.monotonic()
        with self._lock:
            every_s = _LOG_SELDOM_S.get(reason, _LOG_EVERY_S)
            if now_s - self._logged_s.get(reason, float("-inf")) < every_s:
                self._silent[reason] = self._silent.get(reason, 0) + 1
                return Dropped(reason, detail)
            self._logged_s[reason] = now_s
            more = self._silent.pop(reason, 0)
        log.warning("%s: %s%s", about, detail, f" (and {more} more)" if more else "")
        return Dropped(reason, detail)

    def count(self, reason: DropReason, detail: str) -> Dropped:
        """Count a drop that is nobody's fault, without a line in the log."""
        self.tally.dropped(reason)
        return Dropped(reason, detail)
