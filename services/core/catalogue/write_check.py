"""The check that the stores take writes: a real one, now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from services.core.errors import UnavailableError

# A write costs some milliseconds; a full disk is to be seen soon, and its end too.
_EVERY_S, _WHILE_FAILING_S = 10.0, 1.0


class WriteCheck:
    """Tries writes when it is asked, but not more often than the limits; safe to use from several threads."""

    def __init__(
        self, writes: Sequence[Callable[[], None]], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._writes, self._clock = writes, clock
        self._lock = threading.Lock()
        self._next_s = clock()
        self._failure: UnavailableError | None = None

    def check(self) -> None:
        """Raise the UnavailableError of the newest try, if it failed."""
        with self._lock:
            if self._clock() >= self._next_s:
                self._try()
            if self._failure is not None:
                raise type(self._failure)(str(self._failure))

    def _try(self) -> None:
        self._failure = None
        try:
            for write in self._writes:
                write()
        except UnavailableError as error:
            self._failure = error
        self._next_s = self._clock() + (_WHILE_FAILING_S if self._failure else _EVERY_S)
