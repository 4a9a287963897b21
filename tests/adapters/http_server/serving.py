"""A limited server in a thread of the test, and clients that misbehave."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

from starlette.types import ASGIApp

from services.adapters.http_server.connections import ConnectionLimits, Connections
from services.adapters.http_server.server import LimitedServer, ServedAt
from tests.servers import free_port, until

PATIENT = ConnectionLimits(in_all=100, each_address=100, head_s=60, stall_s=60)


class Served:
    """A running server."""

    def __init__(self, server: LimitedServer, port: int) -> None:
        self._server, self.port = server, port

    @property
    def book(self) -> Connections:
        """Its open connections."""
        return self._server.book

    def connect(self, sent: bytes = b"") -> socket.socket:
        """A client that sends these bytes and then does nothing; it takes few bytes unread."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(20)
        client.connect(("127.0.0.1", self.port))
        client.sendall(sent)
        return client

    def ask(self, path: str = "/") -> bytes:
        """The body of an answer to a client that does all right."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
            client.sendall(request(path))
            return read_all(client).partition(b"\r\n\r\n")[2]


@contextlib.contextmanager
def serving(app: ASGIApp, limits: ConnectionLimits = PATIENT, **at: Any) -> Iterator[Served]:
    """A server at a free port of 127.0.0.1."""
    port = free_port()
    server = LimitedServer(app, ServedAt("127.0.0.1", port, **at), limits, graceful_s=1)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, what="the server listens")
        yield Served(server, port)
    finally:
        server.should_exit = True
        thread.join()


def request(path: str = "/") -> bytes:
    """The bytes of a GET, after whose answer the connection ends."""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


def read_all(client: socket.socket) -> bytes:
    """All bytes up to the end of the connection, however it ends."""
    content = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := client.recv(65_536):
            content += piece
    return content
