"""Waiting for a server at the start: whether it can be reached, and a line that says what is waited for."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable

from common.mqtt_address import MqttAddress, parse_mqtt_address
from common.mqtt_connection_log import cause
from common.service_address import ServiceAddress, parse_service_address

SAY_AGAIN_S = 10.0
# Our own servers are up within a second or two; nobody has to hear of that.
OWN_QUIET_S = 3.0
_REDIS_PORTS = {"redis": 6379, "rediss": 6379}
_CONNECT_S = 1.0

log = logging.getLogger(__name__)


def place_of(address: str) -> str:
    """An address of a broker or of Redis, checked already, without its login."""
    if address.startswith("unix:"):
        return _socket_path(address)
    return str(_host_and_port(address))


def trouble_of(address: str) -> str | None:
    """The reason why no connection to a broker or Redis is made, None if one is."""
    try:
        _connect(address).close()
    except OSError as error:
        return f"no answer in {_CONNECT_S:g} s" if isinstance(error, TimeoutError) else cause(error)
    return None


def _connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_CONNECT_S)
        try:
            connection.connect(_socket_path(address))
        except BaseException:
            connection.close()
            raise
        return connection
    place = _host_and_port(address)
    return socket.create_connection((place.host, place.port), timeout=_CONNECT_S)


def _host_and_port(address: str) -> MqttAddress | ServiceAddress:
    if address.startswith("mqtt"):
        return parse_mqtt_address(address)
    return parse_service_address(address, _REDIS_PORTS, expected="", rest=".*")


def _socket_path(address: str) -> str:
    return address.rpartition("@")[2].removeprefix("unix://").partition("?")[0]


class Waiting:
    """Says what is waited for: after `quiet_s`, when the reason changes, and again now and then.

    With a `quiet_s` it is one of our own processes.
    """

    def __init__(self, what: str, *, quiet_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._what, self._clock = what, clock
        # One of our own, which is only slow to start, is no fault of anybody's.
        self._level = logging.INFO if quiet_s else logging.WARNING
        self._next_s = clock() + quiet_s
        self._why: str | None = None

    def say(self, why: str) -> None:
        """Log the reason, if it is time for a line."""
        now_s = self._clock()
        if now_s < self._next_s and (self._why is None or why == self._why):
            return
        log.log(self._level, "waiting for %s: %s", self._what, why)
        self._why, self._next_s = why, now_s + SAY_AGAIN_S
