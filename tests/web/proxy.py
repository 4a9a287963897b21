"""A proxy between a browser and the api, which can hold event streams back, or answer in the api's place."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator

CHUNK = 65536


class Proxy:
    """Passes TCP on to a port of this machine; holds back the answer to a GET of `held` while that is set."""

    def __init__(self, listener: socket.socket, target: int) -> None:
        self.page = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.held = b""
        self.refusing = False
        # The proxy's own answers, complete, by the beginning of the request.
        self.answers: dict[bytes, bytes] = {}
        self._listener = listener
        self._target = target
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def bar(self) -> None:
        """Refuse everything, until `refusing` is unset."""
        self.refusing = True
        self.cut()

    def cut(self) -> None:
        """End all connections."""
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the proxy and its threads."""
        self.refusing = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if self.refusing:
                near.close()
                continue
            self._open.add(near)
            self._threads.append(threading.Thread(target=self._pass_on, args=(near,)))
            self._threads[-1].start()

    def _pass_on(self, near: socket.socket) -> None:
        silent = False
        with near, socket.create_connection(("127.0.0.1", self._target)) as far, contextlib.suppress(OSError):
            while True:
                for source in select.select([near, far], [], [])[0]:
                    data = source.recv(CHUNK)
                    if not data:
                        self._open.discard(near)
                        return
                    own = [answer for begin, answer in self.answers.items() if data.startswith(begin)]
                    if source is near and own:
                        near.sendall(own[0])
                    elif source is near:
                        # A connection is used for the next request too.
                        silent = bool(self.held) and data.startswith(b"GET " + self.held)
                        far.sendall(data)
                    elif not silent:
                        near.sendall(data)


@contextlib.contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """A proxy on a free port, in front of `target`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        standing = Proxy(listener, target)
        try:
            yield standing
        finally:
            standing.close()
