"""A listening socket that admits connections up to the limits, before anything is done for them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from functools import partial

from common.rate_limited_log import RateLimitedLog
from services.adapters.http_server.connections import Connections, Peer

# Maximum number of connections that the event loop accepts before it reads from them: few, so that in a flood
# of silent ones those who ask get their answers.
ACCEPTED_AT_ONCE = 16
# Connections that wait in the kernel, which cost us nothing.
_WAITING = 1024
# Bytes that the kernel takes from us ahead of a reader; its own limit is 4 MiB for each connection.
_AHEAD_BYTES = 128 * 1024
_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class _Accepted(socket.socket):
    """A connection's socket that says when it is closed."""

    closed: Callable[[], None] = staticmethod(lambda: None)

    def close(self) -> None:
        """Close it, once."""
        super().close()
        self.closed()


class Listener(socket.socket):
    """Takes over a bound socket; for asyncio, which sees a connection only if it is admitted."""

    def __init__(self, bound: socket.socket, connections: Connections) -> None:
        # Connections inherit both. asyncio sets the first only for sockets of its own; without it an answer's
        # body waits up to 40 ms for the acknowledgement of its head.
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _AHEAD_BYTES)
        super().__init__(bound.family, bound.type, bound.proto, fileno=bound.detach())
        self._connections = connections
        self._log = RateLimitedLog()
        # Given up to close a connection when no other descriptor is left; without that it would wait, and the
        # event loop would spin and fill the log.
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def listen(self, backlog: int = _WAITING) -> None:
        """Listen with a long queue; asyncio's number is that of connections accepted at once."""
        super().listen(max(backlog, _WAITING))

    def accept(self) -> tuple[socket.socket, Peer]:
        """The next connection that is admitted; raises BlockingIOError if there is none now."""
        for _ in range(_WAITING):
            try:
                opened, peer = super().accept()
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                self._shed(error)
                raise BlockingIOError(error.errno, "no descriptor is free") from None
            accepted = _Accepted(opened.family, opened.type, opened.proto, fileno=opened.detach())
            connection = self._connections.admit(accepted, peer)
            if connection is not None:
                accepted.closed = partial(self._connections.forget, connection)
                return accepted, peer
            accepted.close()
        raise BlockingIOError

    def close(self) -> None:
        """Stop listening."""
        super().close()
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    def _shed(self, error: OSError) -> None:
        """Close the next connection and the idlest one."""
        self._log.say("shed", f"connections were closed, because no descriptor is free: {error.strerror}")
        self._connections.cut_idlest()
        os.close(self._spare)
        try:
            super().accept()[0].close()
        except OSError:  # another thread has taken the descriptor, or the client is gone
            pass
        finally:
            self._spare = os.open(os.devnull, os.O_RDONLY)
