"""Connections to addresses that other people chose, none of which is reached unchecked.

The owner of a name controls its addresses: so each address that it resolves to is checked when a connection
is made, and the connection goes to the checked one.
"""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Callable, Iterable

import httpcore

from services.adapters.checked_http.address import printable
from services.core.errors import InputError
from services.core.importing.public_ip import is_public

Resolve = Callable[[str, int], list[str]]
FAILURES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name stands for, in the order in which to try them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class Reach:
    """Which addresses may be reached: those of the public internet, or all with `allow_private`."""

    def __init__(
        self,
        *,
        allow_private: bool,
        setting: str,
        resolve: Resolve = resolve,
        is_public: Callable[[str], bool] = is_public,
    ) -> None:
        """`setting` is the one that allows private addresses, for the words of a refusal."""
        self._resolve, self._setting = resolve, setting
        self._may_reach = (lambda _address: True) if allow_private else is_public

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all checked; raises InputError or httpcore.ConnectError."""
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, OverflowError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name {host[:100]!a} has no address ({error})") from None
        for address in addresses:
            if not self._may_reach(address):
                raise InputError(_private(host.strip("[]"), address, self._setting))
        return addresses


def _private(host: str, address: str, setting: str) -> str:
    if host == address:
        return f"{address} is a private address; expected one of the public internet, or {setting}=1"
    return (
        f"{host[:100]} is the private address {address}; expected one of the public internet, or {setting}=1"
    )


class Clock:
    """The time that is left of one call; `has_sent` says whether any of its request was sent."""

    def __init__(self, total_s: float, silence_s: float, *, send_within_s: float = math.inf) -> None:
        """Sending begins within `send_within_s` or not at all."""
        now_s = time.monotonic()
        self._total_s, self._silence_s = total_s, silence_s
        self._deadline_s, self._send_by_s = now_s + total_s, now_s + send_within_s
        self.has_sent = False

    def wait_s(self, at_most_s: float | None) -> float:
        """The longest wait for the next byte, in seconds; raises a timeout when no time is left."""
        until_s = self._deadline_s if self.has_sent else min(self._deadline_s, self._send_by_s)
        left_s = until_s - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return min(left_s, self._silence_s, at_most_s or self._silence_s)

    def begin_to_send(self) -> None:
        """Note that something is sent; raises a timeout when it is too late to begin."""
        self.wait_s(None)
        self.has_sent = True

    def explain(self, error: Exception) -> str:
        """An error's cause in words."""
        if time.monotonic() >= self._deadline_s:
            return f"it was not complete within {self._total_s:g} s"
        if not self.has_sent and time.monotonic() >= self._send_by_s:
            return "no connection stood while the match was live"
        if isinstance(error, httpcore.TimeoutException):
            return f"nothing came for {self._silence_s:g} s"
        return printable(error) or type(error).__name__


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to nothing but addresses that were checked, within one call's time."""

    def __init__(self, clock: Clock, reach: Reach) -> None:
        self._clock, self._reach = clock, reach

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"the name {host[:100]!a} has no address")
        for address in self._reach.addresses(host, port):
            try:
                wait_s = self._clock.wait_s(timeout)
                stream = httpcore.SyncBackend().connect_tcp(
                    address, port, wait_s, local_address, socket_options
                )
                return _Stream(stream, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait counts against the call's time, also that for headers."""

    def __init__(self, stream: httpcore.NetworkStream, clock: Clock) -> None:
        self._stream, self._clock = stream, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.wait_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._clock.begin_to_send()
        self._stream.write(buffer, self._clock.wait_s(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.wait_s(timeout))
        return _Stream(stream, self._clock)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
