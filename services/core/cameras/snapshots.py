"""Requests for pictures of what a camera sees now: its next frame, or moments of two seconds."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from common.moments import Moment, decode_moments
from common.rate_limited_log import RateLimitedLog
from common.read_json import read_json
from common.wire import MAX_MESSAGE_BYTES, topic
from services.core.cameras.status import CameraStatus, is_jpeg
from services.core.errors import ConflictError, MissingError, UnavailableError

# The topic of an answer: lookalike/<thing>/reply/<token>.
REPLIES = "lookalike/+/reply/+"
# The tokens, used in turn. They are few, so that a broker can list the topics that a camera may write, and a
# camera cannot fill it with messages to be retained.
TOKENS = tuple(f"{number:08x}" for number in range(8))
WAIT_S = 3.0
# The camera looks for two seconds, and then its model takes its time, several seconds on a busy machine.
MOMENTS_WAIT_S = 15.0
_REPLY = re.compile(r"lookalike/([^/]+)/reply/([0-9a-f]{8,32})")


A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Refused:
    """A camera's refusal, in its own words."""

    reason: str


class _Request(Generic[A]):
    """A request that waits for a camera's answer; the first good one counts."""

    def __init__(self, read: Callable[[bytes], A]) -> None:
        """`read` takes an answer apart, and raises ValueError for one of another kind."""
        self.answered = threading.Event()
        self.answer: A | _Refused | None = None
        self._read = read

    def take(self, payload: bytes) -> None:
        """Take an answer; raises ValueError for one of another kind."""
        if len(payload) > MAX_MESSAGE_BYTES:
            raise ValueError("no JPEG or moments that a message can hold")
        if not self.answered.is_set():
            refused = _read_refusal(payload)
            self.answer = self._read(payload) if refused is None else refused
            self.answered.set()


class Snapshots:
    """Requests and their answers; safe to use from several threads."""

    def __init__(self, send: Callable[[str, bytes], bool]) -> None:
        """`send` (topic, payload) gives a command to the broker; False if it can't be reached."""
        self._send = send
        self._lock = threading.Lock()
        # By camera and token; an answer is for all that wait for it.
        self._requests: dict[tuple[str, str], list[_Request[Any]]] = {}
        # Several apis may share a broker: each begins at a token of its own.
        self._tokens = itertools.cycle(TOKENS)
        for _ in range(secrets.randbelow(len(TOKENS))):
            next(self._tokens)
        self._log = RateLimitedLog()

    def take(self, thing: str, camera: CameraStatus | None, *, within_s: float = WAIT_S) -> bytes:
        """A JPEG of the camera's next frame; waits for it. `camera` is its last status.

        Raises MissingError for an unknown camera, ConflictError with the reason for one that gives
        none, UnavailableError without a broker, TimeoutError if no answer comes.
        """
        return self._ask("snapshot", thing, camera, _read_jpeg, within_s)

    def moments(
        self, thing: str, camera: CameraStatus | None, *, within_s: float = MOMENTS_WAIT_S
    ) -> list[Moment]:
        """Different views of the thing that the camera sees within the next two seconds; waits for them.

        Raises as `take` does.
        """
        return self._ask("moments", thing, camera, _read_moments, within_s)

    def _ask(
        self, do: str, thing: str, camera: CameraStatus | None, read: Callable[[bytes], A], within_s: float
    ) -> A:
        if camera is None:
            raise MissingError(f"there is no camera {thing[:128]!a}")
        if not camera.is_live:
            raise ConflictError(f"{thing} is {camera.condition}, so it shows nothing now")
        request = _Request(read)
        with self._waiting(thing, request) as token:
            command = json.dumps({"do": do, "reply": f"lookalike/{thing}/reply/{token}"}).encode()
            if not self._send(topic(thing, "command"), command):
                raise UnavailableError("the broker is not connected; reconnecting")
            if not request.answered.wait(within_s):
                raise TimeoutError(
                    f"{thing} is {camera.state}, but sent no picture within {within_s:g} s; try again, "
                    "or give a picture file"
                )
        answer = request.answer
        assert answer is not None
        if isinstance(answer, _Refused):
            raise ConflictError(f"{thing} gives no picture: {answer.reason}")
        return answer

    def receive(self, name: str, payload: bytes) -> None:
        """Take an answer; one to a request that does not wait (any more) changes nothing.

        Several apis may share a broker, so that this is the usual case.
        """
        match = _REPLY.fullmatch(name)
        if match is None:
            return
        thing, token = match.groups()
        with self._lock:
            requests = list(self._requests.get((thing, token), ()))
        for request in requests:
            try:
                request.take(payload)
            except ValueError as error:
                text = f"{thing} sent {len(payload)} bytes that are {str(error)[:100]}: {payload[:8]!r}"
                self._log.say("no answer", text)

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


def _read_jpeg(payload: bytes) -> bytes:
    if not is_jpeg(payload):
        raise ValueError("no JPEG")
    return payload


def _read_moments(payload: bytes) -> list[Moment]:
    try:
        moments = decode_moments(payload)
    except ValueError as error:
        raise ValueError(f"no moments ({error})") from None
    if not all(is_jpeg(moment.jpeg) for moment in moments):
        raise ValueError("no moments (a picture is no JPEG)")
    return moments


def _read_refusal(payload: bytes) -> _Refused | None:
    """The reason of a camera's refusal; None for anything else."""
    try:
        refused = read_json(payload[:1000])["refused"]
    except (ValueError, TypeError, KeyError):
        return None
    # Half of a surrogate pair can stand in JSON, but not in UTF-8.
    return _Refused(refused[:300].encode(errors="replace").decode()) if isinstance(refused, str) else None
