"""The pictures of showings: the thing that the camera saw, cut from the very frame that was judged."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

from common.box import Box
from services.core.cameras.ports import FramePictures
from services.core.errors import InputError, UnavailableError
from services.core.history.log import Change
from services.core.history.ports import HistoryPictures, HistoryStore
from services.core.history.showing import Showing

# Cameras that are asked at once, each for 3 s at most, and showings that wait for it.
AT_ONCE, WAITING = 4, 64
# A camera keeps its frames for a shorter time.
FRESH_S = 10.0

log = logging.getLogger(__name__)


class SeenPictures:
    """A ShowingListener that asks cameras for the pictures of new showings, in threads of its own."""

    def __init__(
        self,
        frames: FramePictures,
        cut: Callable[[bytes, Box], bytes],
        pictures: HistoryPictures,
        store: HistoryStore,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`cut` gives the part of a JPEG in a box, with a margin, as a JPEG; it may raise InputError."""
        self._frames, self._cut, self._pictures, self._store = frames, cut, pictures, store
        self._clock = clock
        self._waiting: queue.Queue[Showing] = queue.Queue(maxsize=WAITING)
        for number in range(AT_ONCE):
            threading.Thread(target=self._run, name=f"seen-pictures-{number}", daemon=True).start()

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        """Ask for the picture of a showing that has begun, or has another item by now."""
        if change == "ended" or self._clock() - showing.seen_at_s > FRESH_S:
            return
        try:
            self._waiting.put_nowait(showing)
        except queue.Full:  # a picture less; the row is there
            log.debug("no picture of showing %d: too many are waited for", showing.id)

    def take(self, showing: Showing) -> None:
        """Ask for a showing's picture, and keep it; raises UnavailableError or InputError."""
        if showing.session is None or showing.seq is None:  # the 2018 form, whose cameras give no pictures
            return
        jpeg = self._frames.of(showing.thing, showing.session, showing.seq)
        if jpeg is None:
            return
        self._pictures.put(showing.id, jpeg if showing.box is None else self._cut(jpeg, showing.box))
        self._store.note_pictures([showing.id])

    def _run(self) -> None:
        while True:
            showing = self._waiting.get()
            try:
                self.take(showing)
            except (UnavailableError, InputError) as error:
                log.warning("no picture of showing %d: %s", showing.id, error)
            except Exception:  # a fault of ours must not end the thread
                log.exception("no picture of showing %d", showing.id)
