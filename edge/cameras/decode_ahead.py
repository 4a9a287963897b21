"""Decoding of the next frame while the last one is looked at, so that neither waits for the other."""

import contextlib
import threading
import time
from collections.abc import Callable

from edge.cameras.fair_queue import Arrived, FairQueue
from edge.picture import jpeg
from edge.picture.frame_types import Shot

# Maximum wait of a picture, after which a fresher one of its thing replaces it.
_FRESH_S = 0.5
Judge = Callable[[str, str | None], None]


class DecodeAhead:
    """Holds one decoded frame; one thread calls `work`, another one `take`."""

    def __init__(self, queue: FairQueue, *, max_age_s: float, judge: Judge) -> None:
        """`judge` is called by `work` with each frame's thing and fault, None for a good one."""
        self._queue, self._max_age_s, self._judge = queue, max_age_s, judge
        self._changed = threading.Condition()
        self._ready: Shot | None = None

    def work(self, timeout_s: float) -> None:
        """Decode the next frame if there is room and one comes in `timeout_s`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._ready is None, timeout_s):
                return
        arrived = self._queue.next(timeout_s)
        if arrived is None:
            return
        try:
            shot = _decode(arrived)
        except jpeg.JpegError as error:
            self._judge(arrived.thing, str(error))
            return
        # First, so that there is a connection for the frame's messages.
        self._judge(arrived.thing, None)
        with self._changed:
            self._ready = shot
            self._changed.notify_all()

    def wait(self, timeout_s: float) -> bool:
        """Whether a picture is there, waiting for one."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ready is not None, timeout_s)

    def take(self, timeout_s: float) -> Shot | None:
        """Return the picture that is ready, waiting for one; None when it is too old or none comes."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready is not None, timeout_s)
            ready, self._ready = self._ready, None
            self._changed.notify_all()
        if ready is None or _age_s(ready) <= _FRESH_S:
            return ready
        # The loop is slow: the decoded picture is out of date.
        newer = self._queue.fresher(ready.thing)
        if newer is not None:
            with contextlib.suppress(jpeg.JpegError):
                ready = _decode(newer)
        return ready if _age_s(ready) <= self._max_age_s else None


def _decode(arrived: Arrived) -> Shot:
    return Shot(jpeg.decode(arrived.content), arrived.thing, arrived.at_s)


def _age_s(shot: Shot) -> float:
    return time.time() - shot.captured_at_s
