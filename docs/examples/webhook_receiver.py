#!/usr/bin/env python3
"""Receives matches from Lookalike's webhook and prints a line for each; Python's standard library is enough.

    LOOKALIKE_WEBHOOK_SECRET=... python3 webhook_receiver.py --port 9100

On the server: LOOKALIKE_WEBHOOK_URL=http://127.0.0.1:9100/ LOOKALIKE_WEBHOOK_PRIVATE=1 and the same secret.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import sys
import time
from collections import OrderedDict
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

LARGEST = 64 * 1024
# A post that somebody recorded is not taken when it is played back later.
OLDEST_S = 60
REMEMBERED = 10_000


class Receiver(BaseHTTPRequestHandler):
    """Checks each post, and acts on it once."""

    secret = b""
    wait_s = 0.0
    taken: ClassVar[OrderedDict[str, None]] = OrderedDict()

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", "0")), LARGEST))
        if not self.is_signed(body):
            self.answer(401)
            return
        match = json.loads(body)
        time.sleep(self.wait_s)  # a slow receiver, to try what happens then
        if match["id"] not in self.taken and not has_expired(match):
            self.taken[match["id"]] = None
            if len(self.taken) > REMEMBERED:
                self.taken.popitem(last=False)
            self.act(match)
        self.answer(204)

    def is_signed(self, body: bytes) -> bool:
        """Whether the sender knows the secret, and has sent it just now."""
        sent_at = self.headers.get("X-Lookalike-Timestamp", "0")
        signed = hmac.new(self.secret, sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
        given = self.headers.get("X-Lookalike-Signature", "")
        is_recent = sent_at.isdecimal() and abs(time.time() - int(sent_at)) < OLDEST_S
        return is_recent and hmac.compare_digest(f"sha256={signed}".encode(), given.encode())

    def act(self, match: dict[str, Any]) -> None:
        """What to do with a match: put your own code here."""
        item = match["item"]
        print(match["id"], match["thing"], match["event"], item["id"] if item else "-", flush=True)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing but the matches is printed."""


def has_expired(match: dict[str, Any]) -> bool:
    """Whether the match is not live any more: a post may have waited in this machine for this program."""
    return datetime.fromisoformat(match["expires_at"].replace("Z", "+00:00")).timestamp() < time.time()


def main() -> None:
    """Receive until interrupted."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--wait-s", type=float, default=0.0, help="answer this late")
    given = parser.parse_args()
    Receiver.secret = os.environ.get("LOOKALIKE_WEBHOOK_SECRET", "").encode()
    Receiver.wait_s = given.wait_s
    if not Receiver.secret:
        sys.exit("LOOKALIKE_WEBHOOK_SECRET is not set; expected the server's")
    ThreadingHTTPServer((given.host, given.port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
