"""Small pictures of what the camera sees, sent only while somebody watches."""

import logging
import time
from collections.abc import Callable

import cv2

from common import wire
from edge.picture.frame_types import Frame, Shot
from edge.picture.snapshot import MAX_BYTES, full_jpeg

_log = logging.getLogger(__name__)
_WIDTH_PX = 320
# The first one that fits; the others are for links that take small messages alone.
_QUALITIES = (70, 50, 30)
_INTERVAL_S = 0.2


class PreviewSender:
    """Publishes frames as small JPEGs while their camera is watched; `watch` may come from another thread."""

    def __init__(
        self,
        publish: Callable[[str, bytes], object],
        *,
        allowed: bool = True,
        most_bytes: Callable[[], int] = lambda: MAX_BYTES,
    ) -> None:
        """`most_bytes` gives the largest picture that can be sent."""
        self._publish, self._allowed, self._most_bytes = publish, allowed, most_bytes
        self._until_s: dict[str, float] = {}
        self._due_s: dict[str, float] = {}

    def watch(self, thing: str, for_s: float) -> None:
        """Somebody watches this camera for `for_s` seconds from now."""
        if not self._allowed:
            _log.debug("previews are switched off: LOOKALIKE_PREVIEW is 0")
            return
        self._until_s[thing] = time.monotonic() + for_s

    def offer(self, shot: Shot) -> None:
        """Publish a camera's frame if somebody watches it and the last one is not too recent."""
        now_s, thing = time.monotonic(), shot.thing
        if self._until_s.get(thing, 0.0) < now_s:
            # Dropped, as cameras' names may come and go for months.
            self._until_s.pop(thing, None)
            self._due_s.pop(thing, None)
            return
        if self._due_s.get(thing, 0.0) <= now_s:
            self._due_s[thing] = now_s + _INTERVAL_S
            self._publish(wire.topic(thing, "preview"), _small_jpeg(shot.frame, self._most_bytes()))


def _small_jpeg(frame: Frame, most_bytes: int) -> bytes:
    height, width = frame.shape[:2]
    if width > _WIDTH_PX:
        size = _WIDTH_PX, max(1, round(height * _WIDTH_PX / width))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    return full_jpeg(frame, max_bytes=most_bytes, qualities=_QUALITIES)
