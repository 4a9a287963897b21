"""The frames that were observed last, small: a picture of the very frame that was judged can be asked for."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from common.picture_stamp import STAMP_BYTES, Stamp, stamped
from edge.picture.frame_types import Frame, Shot
from edge.picture.picture_requests import REFUSED_OFF
from edge.picture.snapshot import MAX_BYTES, at_most_wide, full_jpeg

_log = logging.getLogger(__name__)
# Enough for a crop of an item as large as the models' input.
WIDTH_PX = 480
KEPT_S = 2.5
# Age of the newest one of a camera from which it is dropped too: its record has expired by then.
NEWEST_KEPT_S = 10.0
# 2.5 s of ten frames a second of 16:9 have 10 MB.
_MAX_BYTES = 16 * 1024 * 1024
# Not encoded before somebody asks.
_QUALITIES = (90, 80, 70, 50, 30)
_WORTH_S = 3.0  # time that a requester waits for an answer
_MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class FrameRequest:
    """Somebody wants an observed frame of a camera on the topic `reply`, in at most `max_bytes`."""

    thing: str
    session: str
    seq: int
    reply: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class _Kept:
    picture: Frame
    thing: str
    stamp: Stamp
    at_s: float


class ObservedFrames:
    """Keeps observed frames for some seconds and answers requests for one; any thread may `ask`."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        allowed: bool = True,
        most_bytes: Callable[[], int] = lambda: MAX_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """If pictures are not `allowed`, none is kept, and the answers say so.

        `most_bytes` gives the largest answer that can be sent.
        """
        self._publish, self._allowed, self._most_bytes = publish, allowed, most_bytes
        self._clock = clock
        # The oldest first.
        self._kept: deque[_Kept] = deque()
        self._lock = threading.Lock()
        self._waiting: list[tuple[FrameRequest, float]] = []

    def keep(self, shot: Shot, stamp: Stamp) -> Frame:
        """Keep a frame of which an observation is about to be sent; gives its small picture."""
        if not self._allowed:
            return shot.frame
        picture = at_most_wide(shot.frame, WIDTH_PX)
        # A copy of one that was small already, as a source may use its memory again.
        kept = picture.copy() if picture is shot.frame else picture
        self._kept.append(_Kept(kept, shot.thing, stamp, self._clock()))
        self._forget()
        return picture

    def ask(self, request: FrameRequest) -> None:
        """Somebody wants one frame; it is answered at the camera's, or another one's, next frame."""
        with self._lock:
            self._waiting.append((request, self._clock()))
            del self._waiting[:-_MAX_WAITING]

    def answer(self) -> None:
        """Answer all requests that wait; for the thread that keeps the frames."""
        if not self._waiting:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, []
        oldest_s = self._clock() - _WORTH_S
        for request, asked_s in waiting:
            if asked_s >= oldest_s:
                self._publish(request.reply, self._answer_to(request))

    def _answer_to(self, request: FrameRequest) -> bytes:
        if not self._allowed:
            return REFUSED_OFF
        self._forget()
        wanted = (request.thing, request.session, request.seq)
        for kept in self._kept:
            if (kept.thing, kept.stamp.session, kept.stamp.seq) == wanted:
                max_bytes = min(self._most_bytes(), request.max_bytes) - STAMP_BYTES
                content = full_jpeg(kept.picture, max_bytes=max_bytes, qualities=_QUALITIES)
                return stamped(content, kept.stamp)
        return json.dumps(
            {"refused": "that frame is gone", "session": request.session, "seq": request.seq}
        ).encode()

    def _forget(self) -> None:
        """Drop frames that are too old, and the oldest beyond the limit of memory."""
        now_s, held, seen = self._clock(), 0, set[str]()
        staying: deque[_Kept] = deque()
        for kept in reversed(self._kept):
            most_s = KEPT_S if kept.thing in seen else NEWEST_KEPT_S
            seen.add(kept.thing)
            held += kept.picture.nbytes
            if held > _MAX_BYTES:
                break
            if now_s - kept.at_s <= most_s:
                staying.appendleft(kept)
        self._kept = staying
