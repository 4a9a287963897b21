"""The cameras' answers to requests for pictures, each to whoever asked."""

from __future__ import annotations

import contextlib
import itertools
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from common.rate_limited_log import RateLimitedLog

# The topic of an answer: lookalike/<thing>/reply/<token>.
REPLIES = "lookalike/+/reply/+"
# The tokens, used in turn. They are few, so that a broker can list the topics that a camera may write, and a
# camera cannot fill it with messages to be retained.
TOKENS = tuple(f"{number:08x}" for number in range(8))
_REPLY = re.compile(r"lookalike/([^/]+)/reply/([0-9a-f]{8,32})")

A = TypeVar("A")


class Replies(Protocol):
    """The place where cameras' answers arrive; safe to use from several threads."""

    def await_one(
        self, thing: str, send: Callable[[str], object], read: Callable[[bytes], A], *, within_s: float
    ) -> A | None:
        """Send a request with a token, and wait for the first answer to it that `read` takes.

        None if none comes in time. `read` raises ValueError for an answer of another kind.
        """


class _Request(Generic[A]):
    """A request that waits for a camera's answer; the first good one counts."""

    def __init__(self, read: Callable[[bytes], A]) -> None:
        """`read` takes an answer apart, and raises ValueError for one of another kind."""
        self.answered = threading.Event()
        self.answer: A | None = None
        self._read = read

    def take(self, payload: bytes) -> None:
        """Take an answer; raises ValueError for one of another kind."""
        if not self.answered.is_set():
            self.answer = self._read(payload)
            self.answered.set()


class LocalReplies:
    """Replies that come to this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By camera and token; an answer is for all that wait for it.
        self._requests: dict[tuple[str, str], list[_Request[Any]]] = {}
        # Several apis may share a broker: each begins at a token of its own.
        self._tokens = itertools.cycle(TOKENS)
        for _ in range(secrets.randbelow(len(TOKENS))):
            next(self._tokens)
        self._log = RateLimitedLog()

    def await_one(
        self, thing: str, send: Callable[[str], object], read: Callable[[bytes], A], *, within_s: float
    ) -> A | None:
        """Send a request with a token, and wait for the first answer to it that `read` takes."""
        request = _Request(read)
        with self._waiting(thing, request) as token:
            send(token)
            request.answered.wait(within_s)
        return request.answer

    def receive(self, name: str, payload: bytes) -> None:
        """Take an answer; one to a request that does not wait (any more) changes nothing.

        Several apis may share a broker, so that this is the usual case.
        """
        address = parse_reply(name)
        if address is None:
            return
        with self._lock:
            requests = list(self._requests.get(address, ()))
        for request in requests:
            try:
                request.take(payload)
            except ValueError as error:
                self._log.say("no answer", odd_answer(address[0], payload, error))

    @contextlib.contextmanager
    def _waiting(self, thing: str, request: _Request[Any]) -> Iterator[str]:
        with self._lock:
            token = next(self._tokens)
            self._requests.setdefault((thing, token), []).append(request)
        try:
            yield token
        finally:
            with self._lock:
                self._requests[thing, token].remove(request)
                if not self._requests[thing, token]:
                    del self._requests[thing, token]


def parse_reply(name: str) -> tuple[str, str] | None:
    """The camera and the token of an answer's topic, None for another topic."""
    match = _REPLY.fullmatch(name)
    return None if match is None else (match[1], match[2])


def odd_answer(thing: str, payload: bytes, error: ValueError) -> str:
    """The line of the log for an answer of another kind."""
    return f"{thing} sent {len(payload)} bytes that are {str(error)[:100]}: {payload[:8]!r}"
