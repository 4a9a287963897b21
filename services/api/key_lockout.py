"""The lockout of addresses: after a few wrong keys an address's keys are ignored for a while."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable

LIMIT = 10
WINDOW_S = 60.0
COOL_DOWN_S = 60.0
# Maximum number of addresses; beyond it the one whose last wrong key is the oldest is forgotten.
MAX_CLIENTS = 10_000
# The smallest IPv6 network that a provider gives one customer.
_IPV6_PREFIX = 64

log = logging.getLogger(__name__)


class Attempts:
    """Counts wrong keys by the client's address; to be used in the event loop's thread alone."""

    def __init__(
        self, *, max_clients: int = MAX_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_clients, self._clock = max_clients, clock
        # Times of each address's last wrong keys, at most LIMIT of them, oldest first.
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, client: str) -> float:
        """Seconds for which this address's keys are ignored, 0 if they are not.

        The right key does not end it: a guesser must not learn from the answer which key is right.
        """
        times = self._wrong.get(_group(client))
        if times is None or len(times) < LIMIT or times[-1] - times[0] > WINDOW_S:
            return 0.0
        return max(0.0, times[-1] + COOL_DOWN_S - self._clock())

    def note_wrong(self, client: str) -> None:
        """Remember a wrong key of an address whose keys are not ignored."""
        group, now_s = _group(client), self._clock()
        times = self._wrong.setdefault(group, deque(maxlen=LIMIT))
        self._wrong.move_to_end(group)
        # After a cool-down an address starts from zero.
        if len(times) == LIMIT and times[-1] - times[0] <= WINDOW_S:
            times.clear()
        times.append(now_s)
        if self.wait_s(client):
            told = f"{LIMIT} wrong API keys from {client[:64]} within {WINDOW_S:g} s"
            log.warning("%s; no key of it is looked at for %g s", told, COOL_DOWN_S)
        while len(self._wrong) > self._max_clients:
            self._wrong.popitem(last=False)


def _group(client: str) -> str:
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))
