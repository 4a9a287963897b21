"""Requests for pictures of a camera, which wait for its next frame."""

import json
import threading
import time
from dataclasses import dataclass

from edge.picture.frame_types import Shot

_MAX_WAITING = 64
# The answer to a request where pictures are not allowed.
REFUSED_OFF = json.dumps({"refused": "pictures are switched off at it (LOOKALIKE_PREVIEW=0)"}).encode()


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """Somebody wants pictures of a camera on the topic `reply`, in an answer of at most `max_bytes`."""

    thing: str
    reply: str
    max_bytes: int
    at_s: float
    at_monotonic_s: float


class PictureRequests:
    """The requests that wait, at most 64; any thread may add one."""

    def __init__(self, *, worth_s: float) -> None:
        """After `worth_s` an answer would come too late: the request is forgotten."""
        self._worth_s = worth_s
        self._lock = threading.Lock()
        self._waiting: list[PictureRequest] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, thing: str, reply: str, max_bytes: int) -> None:
        """Somebody wants pictures of what this camera sees from now on."""
        with self._lock:
            self._waiting.append(PictureRequest(thing, reply, max_bytes, time.time(), time.monotonic()))
            del self._waiting[:-_MAX_WAITING]

    def due(self, shot: Shot, *, has_room: bool = True) -> list[PictureRequest]:
        """Take out the requests that came before this frame of their camera.

        Without room they go on waiting.
        """
        oldest_s = time.monotonic() - self._worth_s
        with self._lock:
            waiting = [each for each in self._waiting if each.at_monotonic_s >= oldest_s]
            due = [
                each
                for each in waiting
                if has_room and each.thing == shot.thing and each.at_s < shot.captured_at_s
            ]
            self._waiting = [each for each in waiting if each not in due]
        return due
