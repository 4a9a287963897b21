"""A webhook's receiver as a process of its own: it can be slow, frozen and killed, and forgets nothing.

`python tests/receiver.py PORT FILE WAIT_S` writes a line of JSON for each post as it comes, and answers
WAIT_S later.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Receiver:
    """The receiver at one port, whichever process it is by now."""

    folder: Path
    wait_s: float = 0.0
    server: Any = field(init=False)

    def __post_init__(self) -> None:
        from tests.servers import Server

        command = [sys.executable, __file__, "{port}", str(self.folder / "posts")]
        self.server = Server("http", [*command, str(self.wait_s)])

    @property
    def url(self) -> str:
        """The address of the webhook."""
        return f"{self.server.url}/hook?key=1"

    def start(self, *, wait_s: float = 0.0) -> None:
        """Start it again, answering this late."""
        self.server.kill()
        self.server.command[-1] = str(wait_s)
        self.server.start()

    def posts(self) -> list[dict[str, Any]]:
        """All posts that came so far, whoever received them: headers, body, and the time of arrival."""
        path = self.folder / "posts"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def ids(self) -> list[str]:
        """The ids of all posts, in their order."""
        return [post["headers"]["x-lookalike-delivery"] for post in self.posts()]


@contextlib.contextmanager
def receiver_at(folder: Path) -> Iterator[Receiver]:
    """A receiver that is not started yet."""
    made = Receiver(folder)
    try:
        yield made
    finally:
        made.server.kill()


def _serve(port: int, posts: Path, wait_s: float) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            post = {"at_s": time.time(), "path": self.path, "headers": headers, "body": body.decode()}
            with posts.open("a") as file:
                file.write(json.dumps(post) + "\n")
            time.sleep(wait_s)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
