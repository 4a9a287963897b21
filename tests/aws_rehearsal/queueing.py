"""A queue before a server: connections wait there, and a few at a time are passed on."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHUNK = 65536


@contextmanager
def queue_before(port: int, *, at_once: int) -> Iterator[int]:
    """Gives the queue's port, before that of a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        passing = [threading.Thread(target=_pass_on, args=(listening, port)) for _ in range(at_once)]
        for thread in passing:
            thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            for thread in passing:
                thread.join()


def _pass_on(listening: socket.socket, port: int) -> None:
    """Pass on one connection after the other."""
    while True:
        try:
            near, _address = listening.accept()
        except OSError:  # it is shut down
            return
        with near, contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as far:
            _exchange(near, far)


def _exchange(near: socket.socket, far: socket.socket) -> None:
    """Pass bytes on in both directions until an end closes."""
    while True:
        for source in select.select([near, far], [], [])[0]:
            if not (data := source.recv(_CHUNK)):
                return
            (far if source is near else near).sendall(data)
