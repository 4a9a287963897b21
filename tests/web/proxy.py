"""A proxy between a browser and the api, as there is one in many a network: it may hold event streams back."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

CHUNK = 65536


@dataclass
class Proxy:
    """Passes TCP on to a port of this machine; what answers a request for `held` is kept back while that is set."""

    target: int
    held: bytes = b""
    stopped: bool = False
    port: int = 0
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def page(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        """Take connections until it is closed."""
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            if self.stopped:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            self.sockets += [near, far]
            silent = threading.Event()
            for one, other, outward in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pass_on, args=(one, other, silent, outward), daemon=True).start()

    def cut(self) -> None:
        """End all connections."""
        for each in self.sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.sockets.clear()

    def _pass_on(self, one: socket.socket, other: socket.socket, silent: threading.Event, outward: bool) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                if outward and self.held:
                    # A connection is used again for the next request.
                    silent.set() if self.held in data.partition(b"\r\n")[0] else silent.clear()
                if outward or not silent.is_set():
                    other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """One on a free port, in front of `target`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        standing = Proxy(target, port=int(listener.getsockname()[1]))
        threading.Thread(target=standing.serve, args=(listener,), daemon=True).start()
        try:
            yield standing
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            standing.cut()
