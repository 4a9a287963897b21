"""Small pictures of what the camera sees, sent only while somebody watches."""

import logging
import time
from collections.abc import Callable

from common import wire
from common.picture_stamp import STAMP_BYTES, Stamp, stamped
from edge.picture.frame_types import Frame, Shot
from edge.picture.snapshot import MAX_BYTES, at_most_wide, full_jpeg

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

    def offer(self, shot: Shot, stamp: Stamp | None = None, picture: Frame | None = None) -> None:
        """Publish a camera's frame if somebody watches it: each observed one, others at a lower rate.

        `stamp` says which frame it is; without one the picture is sent without. `picture` is the frame made
        smaller, if somebody has made it already.
        """
        now_s, thing = time.monotonic(), shot.thing
        if self._until_s.get(thing, 0.0) < now_s:
            # Dropped, as cameras' names may come and go for months.
            self._until_s.pop(thing, None)
            self._due_s.pop(thing, None)
            return
        observed = stamp is not None and stamp.seq is not None
        if observed or self._due_s.get(thing, 0.0) <= now_s:
            self._due_s[thing] = now_s + _INTERVAL_S
            content = self._small_jpeg(shot.frame if picture is None else picture)
            self._publish(wire.topic(thing, "preview"), stamped(content, stamp) if stamp else content)

    def _small_jpeg(self, frame: Frame) -> bytes:
        small = at_most_wide(frame, _WIDTH_PX)
        return full_jpeg(small, max_bytes=self._most_bytes() - STAMP_BYTES, qualities=_QUALITIES)
