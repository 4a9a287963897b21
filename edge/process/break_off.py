"""A limit of the time in which an exchange over HTTP has to be done."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException


@contextmanager
def broken_off(connection: HTTPConnection, *, after_s: float) -> Iterator[None]:
    """Break a connection off when it is not done in time, however often a byte comes; TimeoutError then."""
    is_over = threading.Event()
    plug: socket.socket = connection.sock

    def break_off() -> None:
        is_over.set()
        with suppress(OSError):
            plug.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(after_s, break_off)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        if is_over.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TimeoutError
