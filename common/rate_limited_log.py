"""A log for repeated faults, with a line now and then instead of one each time."""

import logging
import threading
import time

_log = logging.getLogger(__name__)
_EVERY_S = 10.0


class RateLimitedLog:
    """Writes one line in `every_s` about a subject, with the number of omitted ones; threads share it."""

    def __init__(self, *, every_s: float = _EVERY_S) -> None:
        self._every_s = every_s
        self._lock = threading.Lock()
        self._said_s: dict[str, float] = {}
        self._silent: dict[str, int] = {}

    def say(self, subject: str, text: str) -> None:
        """Log a text, or count it for the next line about this subject."""
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._said_s.get(subject, float("-inf")) < self._every_s:
                self._silent[subject] = self._silent.get(subject, 0) + 1
                return
            self._said_s[subject] = now_s
            more = self._silent.pop(subject, 0)
        _log.warning("%s%s", text, f" (and {more} more)" if more else "")

    def forget(self, subject: str) -> None:
        """Log the next line about this subject at once."""
        with self._lock:
            self._said_s.pop(subject, None)
            self._silent.pop(subject, None)
