"""The lockout of addresses: after a few wrong keys an address's keys are ignored for a while.

The right key is ignored too, because a guesser must not learn from the answer which key it is. The exception
is an address from which it came lately: owner and guesser may be behind the same router or proxy. There
it is taken until SPARED keys were ignored in one cool-down; docs/decisions/a-key-that-was-right-lately.md.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from services.adapters.http_server.client_address import owner_of

LIMIT = 10
WINDOW_S = 60.0
COOL_DOWN_S = 60.0
# Time for which the right key of an address is remembered, and number of ignored keys that end its exception.
REMEMBERED_S = 12 * 3600.0
SPARED = 300
# Maximum number of addresses; beyond it the one whose last wrong key is the oldest is forgotten.
MAX_CLIENTS = 10_000

log = logging.getLogger(__name__)


class Attempts:
    """Counts wrong keys by the client's address; to be used in the event loop's thread alone."""

    def __init__(
        self, *, max_clients: int = MAX_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_clients, self._clock = max_clients, clock
        # Times of each address's last wrong keys, at most LIMIT of them, oldest first.
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()
        # Number of keys that were ignored in the address's last cool-down.
        self._ignored: dict[str, int] = {}
        # Time of each address's last right key.
        self._right: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, client: str) -> float:
        """Seconds for which this address's keys are ignored, 0 if they are not; no key ends it."""
        times = self._wrong.get(owner_of(client))
        if times is None or len(times) < LIMIT or times[-1] - times[0] > WINDOW_S:
            return 0.0
        return max(0.0, times[-1] + COOL_DOWN_S - self._clock())

    def spares(self, client: str) -> bool:
        """Whether the right key of an address is taken while its other keys are ignored."""
        group = owner_of(client)
        right_s = self._right.get(group, float("-inf"))
        return self._clock() - right_s <= REMEMBERED_S and self._ignored.get(group, 0) < SPARED

    def note_right(self, client: str) -> None:
        """Remember that the right key came from an address."""
        group = owner_of(client)
        self._right[group] = self._clock()
        self._right.move_to_end(group)
        while len(self._right) > self._max_clients:
            self._right.popitem(last=False)

    def note_ignored(self, client: str) -> None:
        """Count a key of an address whose keys are ignored."""
        group = owner_of(client)
        if group in self._wrong:
            self._ignored[group] = self._ignored.get(group, 0) + 1

    def note_wrong(self, client: str) -> None:
        """Remember a wrong key of an address whose keys are not ignored."""
        group, now_s = owner_of(client), self._clock()
        times = self._wrong.setdefault(group, deque(maxlen=LIMIT))
        self._wrong.move_to_end(group)
        # After a cool-down an address starts from zero.
        if len(times) == LIMIT and times[-1] - times[0] <= WINDOW_S:
            times.clear()
            self._ignored.pop(group, None)
        times.append(now_s)
        if self.wait_s(client):
            told = f"{LIMIT} wrong API keys from {client[:64]} within {WINDOW_S:g} s"
            log.warning("%s; no key of it is looked at for %g s", told, COOL_DOWN_S)
        while len(self._wrong) > self._max_clients:
            forgotten, _times = self._wrong.popitem(last=False)
            self._ignored.pop(forgotten, None)
