"""Lambda's Runtime API, from which a function fetches its events, as a server in a thread."""

from __future__ import annotations

import itertools
import json
import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.aws_code.serving import Handler, serving
from tests.pace import Deadline

# Time that a function has for an event, the most that Lambda gives; and for which a test waits.
TIMEOUT_S, PATIENCE_S = 900.0, 60.0
_PREFIX = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Answer:
    """A function's answer to an event; `kind` is response, error, or init/error if it could not start."""

    kind: str
    body: bytes

    @property
    def value(self) -> Any:
        """The response; AssertionError for an error."""
        assert self.kind == "response", self.body.decode()
        return json.loads(self.body)


class RuntimeApi:
    """Hands events to one function, one after the other, and takes its answers."""

    def __init__(self) -> None:
        self.address = ""
        self._ids = itertools.count(1)
        self._events: queue.SimpleQueue[tuple[str, bytes] | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()

    def call(self, event: object) -> Answer:
        """Send an event and wait for the answer."""
        return self.call_raw(json.dumps(event).encode())

    def call_raw(self, body: bytes) -> Answer:
        """The same with an event as bytes."""
        self._events.put((str(next(self._ids)), body))
        deadline = Deadline(PATIENCE_S)
        while True:
            try:
                return self._answers.get(timeout=1)
            except queue.Empty:
                assert not deadline.is_over(), "no answer"

    def next_event(self) -> tuple[str, bytes] | None:
        """Id and body of the next event; None at the end."""
        return self._events.get()

    def take(self, kind: str, body: bytes) -> None:
        """Keep an answer for the caller."""
        self._answers.put(Answer(kind, body))

    def end(self) -> None:
        """Let the function's open request end."""
        self._events.put(None)


@contextmanager
def runtime_api() -> Iterator[RuntimeApi]:
    """A Runtime API on a free port."""
    api = RuntimeApi()

    class Calls(Handler):
        def do_GET(self) -> None:  # noqa: N802
            event = api.next_event()
            if event is None:
                self.answer(410, b"", {})
                return
            request_id, body = event
            self.answer(200, body, _headers(request_id))

        def do_POST(self) -> None:  # noqa: N802
            kind = self.path.removeprefix(f"{_PREFIX}/invocation/").partition("/")[2]
            api.take(kind or self.path.removeprefix(f"{_PREFIX}/"), self.body())
            self.answer(202, b"{}", {})

    with serving(Calls) as port:
        api.address = f"127.0.0.1:{port}"
        try:
            yield api
        finally:
            api.end()


def _headers(request_id: str) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": request_id,
        "Lambda-Runtime-Deadline-Ms": str(round((time.time() + TIMEOUT_S) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:1:function:test",
        "Content-Type": "application/json",
    }
