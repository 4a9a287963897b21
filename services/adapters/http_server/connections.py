"""The open connections of a server: how many there may be, and which is closed when others need its place."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass
from typing import Any

from common.rate_limited_log import RateLimitedLog
from services.adapters.http_server.client_address import owner_of

# A client that let us wait for this time may be closed when others need its place or its memory.
SLOW_S = 1.0
# An address as a socket gives it: host and port, and for IPv6 two numbers more.
Peer = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of a server's connections."""

    in_all: int
    each_address: int
    # Time from a connection's start, or from the end of its last answer, to the end of a request's head.
    head_s: float
    # Time without progress of an answer or of a request's body.
    stall_s: float
    # Maximum size of all answers that wait for their readers; beyond it slow readers are closed.
    held_bytes: int = 64 * 1024 * 1024
    # Addresses of proxies, which speak for many clients.
    proxies: Container[str] = ()


class Connection:
    """One connection, with what it waits for; each `…_since_s` is None while it does not."""

    def __init__(self, opened: socket.socket, peer: Peer, *, now_s: float) -> None:
        self._socket, self.peer, self.owner = opened, peer, owner_of(str(peer[0]))
        # With TLS there is none before the end of the handshake.
        self.transport: asyncio.Transport | None = None
        self.idle_since_s: float | None = now_s  # it waits for a request
        self.unread_since_s: float | None = None  # the client does not read
        self.unsent_since_s: float | None = None  # the client does not send the rest of a body
        self.awaits_body: Callable[[], bool] = lambda: False
        self.held_bytes = 0

    def note_body(self, *, now_s: float) -> None:
        """Note whether it waits for more of a body; the app begins and ends that without a word."""
        self.unsent_since_s = (self.unsent_since_s or now_s) if self.awaits_body() else None

    def is_overdue(self, limits: ConnectionLimits, *, now_s: float) -> bool:
        """Whether the client has taken too long."""
        flushing = self.transport is not None and self.transport.get_write_buffer_size() > 0
        # The last bytes of an answer have the longer limit.
        waits = (
            (self.idle_since_s, limits.stall_s if flushing else limits.head_s),
            (self.unread_since_s, limits.stall_s),
            (self.unsent_since_s, limits.stall_s),
        )
        return any(since_s is not None and now_s - since_s > limit_s for since_s, limit_s in waits)

    def slow_since_s(self, *, now_s: float) -> float | None:
        """The time since which it may be closed for others, None if it does something."""
        if self.idle_since_s is not None:
            return self.idle_since_s
        waits = (self.unread_since_s, self.unsent_since_s)
        slow = [since_s for since_s in waits if since_s is not None and now_s - since_s >= SLOW_S]
        return min(slow, default=None)

    def cut(self) -> None:
        """End it without its unsent bytes; the event loop notices and closes the socket."""
        with contextlib.suppress(OSError):  # the client has ended it already
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._socket.shutdown(socket.SHUT_RDWR)


class Connections:
    """The open connections; to be used in the event loop's thread alone."""

    def __init__(self, limits: ConnectionLimits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self.clock = limits, clock
        self._open: dict[Peer, Connection] = {}
        self._by_owner: dict[str, dict[Peer, Connection]] = {}
        self._held_bytes = 0
        self._log = RateLimitedLog()

    def __len__(self) -> int:
        return len(self._open)

    def admit(self, opened: socket.socket, peer: Peer) -> Connection | None:
        """A new connection, None if there is no room; the idlest one is closed for it, if one is idle."""
        connection = Connection(opened, peer, now_s=self.clock())
        own = self._by_owner.get(connection.owner, {})
        limits = self._limits
        if not (peer[0] in limits.proxies or self._has_room(own.values(), limits.each_address)):
            self._log.say("address", f"more than {limits.each_address} connections from {connection.owner}")
            return None
        if not self._has_room(self._open.values(), limits.in_all):
            self._log.say("in all", f"more than {limits.in_all} connections; new ones are closed")
            return None
        self._open[peer] = self._by_owner.setdefault(connection.owner, {})[peer] = connection
        return connection

    def of(self, peer: Peer) -> Connection | None:
        """The open connection with a client."""
        return self._open.get(peer)

    def forget(self, connection: Connection) -> None:
        """Free a closed connection's place."""
        if self._open.get(connection.peer) is connection:
            del self._open[connection.peer]
            own = self._by_owner[connection.owner]
            del own[connection.peer]
            if not own:
                del self._by_owner[connection.owner]

    @contextlib.contextmanager
    def holding(self, connection: Connection, size: int) -> Iterator[None]:
        """Count an answer's bytes while they wait for their reader."""
        connection.held_bytes += size
        self._held_bytes += size
        try:
            yield
        finally:
            connection.held_bytes -= size
            self._held_bytes -= size

    def sweep(self) -> None:
        """Close those that have taken too long, and slow readers of more than may be held; call it often."""
        now_s = self.clock()
        for connection in list(self._open.values()):
            connection.note_body(now_s=now_s)
            if connection.is_overdue(self._limits, now_s=now_s):
                self._cut(connection, "they sent or read nothing for too long")
        over_bytes = self._held_bytes - self._limits.held_bytes
        holding = [connection for connection in self._open.values() if connection.held_bytes]
        while over_bytes > 0 and (slowest := _idlest(holding, now_s=now_s)):
            holding.remove(slowest)
            over_bytes -= slowest.held_bytes
            self._cut(slowest, "their slow readers held too much memory")

    def cut_idlest(self) -> None:
        """Close the connection that has been idle for longest, if one is."""
        if idlest := _idlest(self._open.values(), now_s=self.clock()):
            self._cut(idlest, "others needed their places")

    def _has_room(self, members: Collection[Connection], limit: int) -> bool:
        if len(members) < limit:
            return True
        idlest = _idlest(members, now_s=self.clock())
        if idlest is not None:
            self._cut(idlest, "others needed their places")
        return idlest is not None

    def _cut(self, connection: Connection, why: str) -> None:
        self.forget(connection)
        connection.cut()
        self._log.say(why, f"connections were closed, because {why}; the last one was {connection.owner}'s")


def _idlest(members: Collection[Connection], *, now_s: float) -> Connection | None:
    since = [(slow_s, each) for each in members if (slow_s := each.slow_since_s(now_s=now_s)) is not None]
    return min(since, key=lambda pair: pair[0])[1] if since else None
