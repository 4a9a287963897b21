"""Ports of 127.0.0.1 for servers that start later, reserved until this process ends."""

from __future__ import annotations

import socket
import sys

_held: list[socket.socket] = []


def reserve(count: int) -> list[int]:
    """Ports that nothing listens on, each a different one.

    A bound socket that does not listen keeps the port: Linux gives it to none that asks for any port, and
    a server that asks for it by its number gets it, as servers set SO_REUSEADDR (socket(7), ip(7)).
    Elsewhere that server would be refused, so there the ports are let go at once.
    """
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    if sys.platform == "linux":
        _held.extend(sockets)
    else:
        for each in sockets:
            each.close()
    return ports
