"""The lockout of those who guess keys: after a few wrong ones an address's keys are ignored for a while.

The right key is ignored too, because a guesser must not learn from the answer which key it is. The exception
is an address from which it came lately: owner and guesser may be behind the same router or proxy. There
it is taken until SPARED keys were ignored in one cool-down; docs/decisions/a-key-that-was-right-lately.md.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Protocol

LIMIT = 10
WINDOW_S = 60.0
COOL_DOWN_S = 60.0
# Time for which the right key of an address is remembered, and number of ignored keys that end its exception.
REMEMBERED_S = 12 * 3600.0
SPARED = 300
# Maximum number of addresses; beyond it the one whose last wrong key is the oldest is forgotten.
MAX_CLIENTS = 10_000

log = logging.getLogger(__name__)


class KeyAttempts(Protocol):
    """Counts keys by the address that they come from; addresses of one owner are given as one."""

    def take(self, address: str, *, right: bool) -> float:
        """Count a key; 0 if it is looked at, else the seconds for which this address's keys are ignored.

        A right key that is ignored is answered as a wrong one. It may raise UnavailableError; no key is then
        taken.
        """


def log_lockout(address: str) -> None:
    """Log that an address is locked out from now on."""
    told = f"{LIMIT} wrong API keys from {address[:64]} within {WINDOW_S:g} s"
    log.warning("%s; no key of it is looked at for %g s", told, COOL_DOWN_S)


class Attempts:
    """The keys that came to one process, in memory; to be used in one thread alone."""

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

    def take(self, address: str, *, right: bool) -> float:
        """Count a key; 0 if it is looked at, else the seconds for which this address's keys are ignored."""
        wait_s = self._wait_s(address)
        if wait_s and not (right and self._spares(address)):
            self._ignored[address] = self._ignored.get(address, 0) + 1
            return wait_s
        if right:
            self._note_right(address)
        else:
            self._note_wrong(address)
        return 0.0

    def _wait_s(self, address: str) -> float:
        times = self._wrong.get(address)
        if times is None or not _is_full(times):
            return 0.0
        return max(0.0, times[-1] + COOL_DOWN_S - self._clock())

    def _spares(self, address: str) -> bool:
        """Whether the right key of an address is taken while its other keys are ignored."""
        right_s = self._right.get(address, float("-inf"))
        return self._clock() - right_s <= REMEMBERED_S and self._ignored.get(address, 0) < SPARED

    def _note_right(self, address: str) -> None:
        self._right[address] = self._clock()
        self._right.move_to_end(address)
        while len(self._right) > self._max_clients:
            self._right.popitem(last=False)

    def _note_wrong(self, address: str) -> None:
        times = self._wrong.setdefault(address, deque(maxlen=LIMIT))
        self._wrong.move_to_end(address)
        # After a cool-down an address starts from zero.
        if _is_full(times):
            times.clear()
            self._ignored.pop(address, None)
        times.append(self._clock())
        if _is_full(times):
            log_lockout(address)
        while len(self._wrong) > self._max_clients:
            forgotten, _times = self._wrong.popitem(last=False)
            self._ignored.pop(forgotten, None)


def _is_full(times: deque[float]) -> bool:
    """Whether an address's last wrong keys, oldest first, are enough for a lockout."""
    return len(times) == LIMIT and times[-1] - times[0] <= WINDOW_S
