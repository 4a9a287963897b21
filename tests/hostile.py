"""A real HTTP server that misbehaves in every way that a fetcher of pictures has to survive."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

GIGABYTE = 2**30


class HostileServer(http.server.ThreadingHTTPServer):
    """Answers /good with `content`; each other path is one kind of trouble. Remembers its requests."""

    daemon_threads = True

    def __init__(self, content: bytes, *, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _HostileHandler)
        self.content = content
        self.asked: list[tuple[str, str, str | None]] = []  # path, Host, Authorization
        self.closing = threading.Event()

    def url(self, path: str, *, host: str = "127.0.0.1") -> str:
        """The address of a path, by one of this machine's names."""
        return f"http://{host}:{self.server_port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that hangs up, which tests provoke."""


@contextlib.contextmanager
def hostile_server(content: bytes, *, host: str = "127.0.0.1") -> Iterator[HostileServer]:
    """The running server."""
    with HostileServer(content, host=host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


class _HostileHandler(http.server.BaseHTTPRequestHandler):
    server: HostileServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.server.asked.append((self.path, self.headers["Host"], self.headers["Authorization"]))
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        answers: dict[str, Callable[[dict[str, str]], None]] = {
            "/good": self.good,
            "/cut": self.cut,
            "/huge": self.huge,
            "/endless": self.endless,
            "/drip": self.drip,
            "/slow-head": self.slow_head,
            "/silent": self.silent,
            "/to": self.to,
            "/count": self.count,
            "/loop": lambda _asked: self.to({"to": "/pool?secret=1"}),
            "/pool": lambda _asked: self.to({"to": "/loop"}),
        }
        answers.get(parts.path, self.absent)(asked)

    def absent(self, _asked: dict[str, str]) -> None:
        self.head({}, status=404)

    def good(self, asked: dict[str, str]) -> None:
        """The content, with the type and encoding that the query asks for."""
        head = {"Content-Type": asked.get("type", "image/jpeg")}
        head |= {"Content-Encoding": asked["encoding"]} if "encoding" in asked else {}
        self.head(head | {"Content-Length": str(len(self.server.content))})
        self.wfile.write(self.server.content)

    def cut(self, _asked: dict[str, str]) -> None:
        """The first 1000 bytes of the content, announced as the whole."""
        self.head({"Content-Type": "image/jpeg", "Content-Length": str(len(self.server.content))})
        self.wfile.write(self.server.content[:1000])

    def huge(self, _asked: dict[str, str]) -> None:
        self.head({"Content-Type": "image/jpeg", "Content-Length": str(GIGABYTE)})
        self.pour(b"x" * 65536)

    def endless(self, _asked: dict[str, str]) -> None:
        """An answer without a length, and without an end."""
        self.head({"Content-Type": "image/jpeg"})
        self.pour(b"x" * 65536)

    def drip(self, _asked: dict[str, str]) -> None:
        """An answer that is never silent for long, and never complete."""
        self.head({"Content-Type": "image/jpeg"})
        self.pour(b"x", every_s=0.02)

    def slow_head(self, _asked: dict[str, str]) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self.pour(b"x", every_s=0.02)

    def silent(self, _asked: dict[str, str]) -> None:
        self.server.closing.wait()

    def to(self, asked: dict[str, str]) -> None:
        """A redirect to `to`."""
        self.head({"Location": asked["to"]}, status=int(asked.get("status", "302")))

    def count(self, asked: dict[str, str]) -> None:
        """A redirect to an address that is never the same twice, `n` times."""
        left = int(asked["n"])
        self.head({"Location": f"/count?n={left - 1}" if left > 1 else "/good"}, status=302)

    def head(self, headers: dict[str, str], *, status: int = 200) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def pour(self, piece: bytes, *, every_s: float = 0.0) -> None:
        while not self.server.closing.is_set():
            self.wfile.write(piece)
            time.sleep(every_s)

    def log_message(self, format: str, *args: object) -> None: ...
