"""A log for repeated faults, with a line now and then instead of one each time."""

import logging
import threading
import time
from collections import OrderedDict

_log = logging.getLogger(__name__)
_EVERY_S = 10.0
# Maximum number of remembered subjects, which may hold what others send.
_SUBJECTS = 1000


class _Pace:
    """At most one line in `every_s` about a subject; threads share it."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._lock = threading.Lock()
        self._said_s: OrderedDict[str, float] = OrderedDict()
        self._silent: dict[str, int] = {}

    def omitted(self, subject: str) -> int | None:
        """The number of omitted lines about a subject that is due again, None if it is not: one more."""
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._said_s.get(subject, float("-inf")) < self._every_s:
                self._silent[subject] = self._silent.get(subject, 0) + 1
                return None
            self._said_s[subject] = now_s
            self._said_s.move_to_end(subject)
            if len(self._said_s) > _SUBJECTS:
                oldest, _said_s = self._said_s.popitem(last=False)
                self._silent.pop(oldest, None)
            return self._silent.pop(subject, 0)

    def forget(self, subject: str) -> None:
        """Let the next line about a subject pass."""
        with self._lock:
            self._said_s.pop(subject, None)
            self._silent.pop(subject, None)


class RateLimitedLog:
    """Writes one line in `every_s` about a subject, with the number of omitted ones; threads share it."""

    def __init__(self, *, every_s: float = _EVERY_S) -> None:
        self._pace = _Pace(every_s)

    def say(self, subject: str, text: str) -> None:
        """Log a text, or count it for the next line about this subject."""
        more = self._pace.omitted(subject)
        if more is not None:
            _log.warning("%s%s", text, f" (and {more} more)" if more else "")

    def forget(self, subject: str) -> None:
        """Log the next line about this subject at once."""
        self._pace.forget(subject)


class RateLimitedLines(logging.Filter):
    """Lets a library's logger write one line of a kind in 10 s: same first line, same exception."""

    def __init__(self) -> None:
        super().__init__()
        self._pace = _Pace(_EVERY_S)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be written; the number of omitted ones is added to it."""
        error = record.exc_info[1] if record.exc_info else None
        first = record.getMessage().partition("\n")[0]
        more = self._pace.omitted(f"{record.name} {first[:200]} {error!r:.200}")
        if more:
            record.msg, record.args = f"{record.getMessage()} (and {more} more)", ()
        return more is not None
