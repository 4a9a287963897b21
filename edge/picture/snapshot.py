"""One picture at full size of a camera's next frame, sent on request."""

import logging
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from edge.picture import jpeg
from edge.picture.crop import WHOLE, Box, cut
from edge.picture.frame_types import Frame, Shot
from edge.picture.picture_requests import REFUSED_OFF, PictureRequests

_log = logging.getLogger(__name__)
# Maximum bytes of a picture: brokers take 512 KiB, topic included.
MAX_BYTES = 500 * 1024
_QUALITIES = (95, 90, 85, 80, 75)
_WORTH_S = 3.0  # time that a requester waits for an answer


class SnapshotSender:
    """Answers each request with the first frame captured after it; `ask` may come from another thread."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        region: Box = WHOLE,
        allowed: bool = True,
        most_bytes: Callable[[], int] = lambda: MAX_BYTES,
    ) -> None:
        """Only the `region` of a frame is shown; if pictures are not `allowed`, the answer says so.

        `most_bytes` gives the largest answer that can be sent.
        """
        self._publish, self._region, self._allowed = publish, region, allowed
        self._most_bytes = most_bytes
        self._requests = PictureRequests(worth_s=_WORTH_S)

    def ask(self, thing: str, reply: str, max_bytes: int = MAX_BYTES) -> None:
        """Somebody wants the next frame of this camera on the topic `reply`, in at most `max_bytes`."""
        self._requests.add(thing, reply, max_bytes)

    def offer(self, shot: Shot) -> None:
        """Answer the requests that came before this frame."""
        requests = self._requests.due(shot) if self._requests else []
        if not requests:
            return
        if self._allowed:
            max_bytes = min(self._most_bytes(), *(request.max_bytes for request in requests))
            answer = full_jpeg(cut(shot.frame, self._region), max_bytes=max_bytes)
        else:
            answer = REFUSED_OFF
        for request in requests:
            self._publish(request.reply, answer)
            _log.info("sent a picture of %d bytes to %s", len(answer), request.reply)


def full_jpeg(frame: Frame, *, max_bytes: int = MAX_BYTES, qualities: Sequence[int] = _QUALITIES) -> bytes:
    """The frame as a JPEG of the best quality that fits, and made smaller only if none does."""
    picture = np.ascontiguousarray(frame)
    while True:
        for quality in qualities:
            content = jpeg.encode(picture, quality=quality)
            if len(content) <= max_bytes:
                return content
        height, width = picture.shape[:2]
        scale = 0.95 * (max_bytes / len(content)) ** 0.5
        size = max(1, round(width * scale)), max(1, round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def at_most_wide(frame: Frame, width_px: int) -> Frame:
    """The frame, smaller if it is wider than this, else the very same."""
    height, width = frame.shape[:2]
    if width <= width_px:
        return frame
    size = width_px, max(1, round(height * width_px / width))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
