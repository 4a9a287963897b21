"""Following without a thread, for a host that is frozen between its calls."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from common.rate_limited_log import RateLimitedLog
from services.core.errors import UnavailableError
from services.core.search.following import Following

log = logging.getLogger(__name__)


class InlineFollow:
    """Has a follower read the store in the caller's thread, at most once in `every_s`.

    So calls that come faster read no store.
    """

    def __init__(
        self, follower: Following, *, every_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` is the wall's, because others may stand still while the host is frozen."""
        self.follower = follower
        self._every_s, self._clock = every_s, clock
        self._followed_s: float | None = None
        self._faults = RateLimitedLog()
        # The reason why the store could not be read the last time.
        self.trouble: str | None = None

    def turn(self, *, within_s: float) -> None:
        """Read what is new, if it is time; loading ends after `within_s`, and goes on with the next turn.

        While the store does not answer, the view that is there stays.
        """
        if not self._is_due():
            return
        self._followed_s = self._clock()
        was_loading = self.follower.loading is not None
        try:
            count = self.follower.follow(due_s=time.monotonic() + within_s)
            self.trouble = None
        except UnavailableError as error:
            self.trouble = str(error)
            self._faults.say("unavailable", f"the item store can't be followed: {error}")
            return
        except Exception as error:  # a fault of ours must not keep the host from answering
            self.trouble = f"the item store can't be followed: {error!r}"
            log.exception("the item store can't be followed")
            return
        if was_loading and count:
            log.info("index: %d items as of change %s", self.follower.items, self.follower.cursor)

    def _is_due(self) -> bool:
        if self.follower.loading is not None or self._followed_s is None:
            return True
        # A clock that was set back must not stop it.
        return not 0 <= self._clock() - self._followed_s < self._every_s
