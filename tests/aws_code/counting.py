"""A server in front of the emulated DynamoDB, which counts its calls by name."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.aws_code.serving import Handler, serving

# Headers that the next server sets.
_OWN = {"content-length", "transfer-encoding", "connection", "date", "server"}


@dataclass
class CallCounter:
    """Calls that were passed on, by their name such as `Query`."""

    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)


@contextmanager
def counted(port: int) -> Iterator[CallCounter]:
    """Pass calls on to a port of this machine."""
    counter = CallCounter()

    class Counting(Handler):
        def do_POST(self) -> None:  # noqa: N802
            counter.calls[self.headers["X-Amz-Target"].rpartition(".")[2]] += 1
            onward = http.client.HTTPConnection("127.0.0.1", port)
            onward.request("POST", self.path, self.body(), dict(self.headers))
            answer = onward.getresponse()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in _OWN}
            self.answer(answer.status, answer.read(), headers)
            onward.close()

    with serving(Counting) as own:
        counter.url = f"http://127.0.0.1:{own}"
        yield counter
