"""Requests for one picture of what a camera sees now, at full size."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator

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
_REPLY = re.compile(r"lookalike/([^/]+)/reply/([0-9a-f]{8,32})")


class _Request:
    """A request that waits for a camera's answer; the first good one counts."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.answer: bytes | str = b""

    def take(self, answer: bytes | str) -> None:
        if not self.answered.is_set():
            self.answer = answer
            self.answered.set()


class Snapshots:
    """Requests and their answers; safe to use from several threads."""

    def __init__(self, send: Callable[[str, bytes], bool]) -> None:
        """`send` (topic, payload) gives a command to the broker; False if it can't be reached."""
        self._send = send
        self._lock = threading.Lock()
        # By camera and token; an answer is for all that wait for it.
        self._requests: dict[tuple[str, str], list[_Request]] = {}
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
        if camera is None:
            raise MissingError(f"there is no camera {thing[:128]!a}")
        if not camera.is_live:
            raise ConflictError(f"{thing} is {camera.condition}, so it shows nothing now")
        with self._asked(thing) as (token, request):
            command = json.dumps({"do": "snapshot", "reply": f"lookalike/{thing}/reply/{token}"}).encode()
            if not self._send(topic(thing, "command"), command):
                raise UnavailableError("the broker is not connected; reconnecting")
            if not request.answered.wait(within_s):
                raise TimeoutError(
                    f"{thing} is {camera.state}, but sent no picture within {within_s:g} s; try again, "
                    "or give a picture file"
                )
        if isinstance(request.answer, str):
            raise ConflictError(f"{thing} gives no picture: {request.answer}")
        return request.answer

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
        if not requests:
            return
        answer = _read(payload)
        if answer is None:
            text = f"{thing} sent {len(payload)} bytes that are no JPEG: {payload[:8]!r}"
            self._log.say("no JPEG", text)
            return
        for request in requests:
            request.take(answer)

    @contextlib.contextmanager
    def _asked(self, thing: str) -> Iterator[tuple[str, _Request]]:
        request = _Request()
        with self._lock:
            token = next(self._tokens)
            self._requests.setdefault((thing, token), []).append(request)
        try:
            yield token, request
        finally:
            with self._lock:
                self._requests[thing, token].remove(request)
                if not self._requests[thing, token]:
                    del self._requests[thing, token]


def _read(payload: bytes) -> bytes | str | None:
    """A JPEG, or the reason of a camera's refusal; None for anything else."""
    if len(payload) > MAX_MESSAGE_BYTES:
        return None
    if is_jpeg(payload):
        return payload
    try:
        refused = read_json(payload[:1000])["refused"]
    except (ValueError, TypeError, KeyError):
        return None
    # Half of a surrogate pair can stand in JSON, but not in UTF-8.
    return refused[:300].encode(errors="replace").decode() if isinstance(refused, str) else None
