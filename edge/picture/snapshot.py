"""One picture at full size of a camera's next frame, sent on request."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from edge.picture import jpeg
from edge.picture.crop import WHOLE, Box, cut
from edge.picture.frame_types import Frame, Shot

_log = logging.getLogger(__name__)
# Maximum bytes of a picture: brokers take 512 KiB, topic included.
MAX_BYTES = 500 * 1024
_QUALITIES = (95, 90, 85, 80, 75)
_WORTH_S = 3.0  # time that a requester waits for an answer
_MAX_ASKED = 64


@dataclass(frozen=True, slots=True)
class _Asked:
    thing: str
    reply: str
    at_s: float
    at_monotonic_s: float


class SnapshotSender:
    """Answers each request with the first frame captured after it; `ask` may come from another thread."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        region: Box = WHOLE,
        allowed: bool = True,
    ) -> None:
        """Only the `region` of a frame is shown; if pictures are not `allowed`, the answer says so."""
        self._publish, self._region, self._allowed = publish, region, allowed
        self._lock = threading.Lock()
        self._asked: list[_Asked] = []

    def ask(self, thing: str, reply: str) -> None:
        """Somebody wants the next frame of this camera on the topic `reply`."""
        with self._lock:
            self._asked.append(_Asked(thing, reply, time.time(), time.monotonic()))
            del self._asked[:-_MAX_ASKED]

    def offer(self, shot: Shot) -> None:
        """Answer the requests that came before this frame."""
        if not self._asked:
            return
        replies = self._due(shot.thing, shot.captured_at_s)
        if not replies:
            return
        if self._allowed:
            answer = full_jpeg(cut(shot.frame, self._region))
        else:
            answer = json.dumps({"refused": "pictures are switched off at it (LOOKALIKE_PREVIEW=0)"}).encode()
        for reply in replies:
            self._publish(reply, answer)
            _log.info("sent a picture of %d bytes to %s", len(answer), reply)

    def _due(self, thing: str, captured_at_s: float) -> list[str]:
        oldest_s = time.monotonic() - _WORTH_S
        with self._lock:
            waiting = [asked for asked in self._asked if asked.at_monotonic_s >= oldest_s]
            due = [asked for asked in waiting if asked.thing == thing and asked.at_s < captured_at_s]
            self._asked = [asked for asked in waiting if asked not in due]
        return [asked.reply for asked in due]


def full_jpeg(frame: Frame, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The frame as a JPEG of the best quality that fits, and made smaller only if none does."""
    picture = np.ascontiguousarray(frame)
    while True:
        for quality in _QUALITIES:
            content = jpeg.encode(picture, quality=quality)
            if len(content) <= max_bytes:
                return content
        height, width = picture.shape[:2]
        scale = 0.95 * (max_bytes / len(content)) ** 0.5
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
