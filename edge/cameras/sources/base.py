"""The port of every source of frames, and the pace of recordings."""

import threading
import time
from collections.abc import Generator
from typing import Literal, Protocol

from edge.picture.frame_types import Frame


class SourceError(Exception):
    """A source that cannot be read now; the text is the cause, without passwords, `state` the camera's."""

    def __init__(self, text: str, *, state: Literal["no_camera", "stalled"] = "no_camera") -> None:
        super().__init__(text)
        self.state: Literal["no_camera", "stalled"] = state


class Source(Protocol):
    """A source of frames; nothing is open until `frames` is iterated."""

    @property
    def name(self) -> str:
        """The name for people, without passwords."""

    @property
    def waits(self) -> bool:
        """Whether each frame is worth waiting for; else a newer one takes the place of one not yet taken."""

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Open the source and yield its frames at its own pace, until `stop` or SourceError.

        May be called again after it ended; closing the generator closes the source.
        """


class Pace:
    """The times at which the frames of a recording are due; the first one is due at once."""

    def __init__(self, interval_s: float) -> None:
        """With an interval of 0 each frame is due at once, and none is ever late."""
        self._interval_s = interval_s
        self._start_s: float | None = None

    def wait(self, index: int, stop: threading.Event) -> bool:
        """Wait until frame `index` is due; False when its time, or the program's, is over: skip it."""
        if not self._interval_s:
            return not stop.is_set()
        now_s = time.monotonic()
        if self._start_s is None:
            self._start_s = now_s - index * self._interval_s
        late_s = now_s - (self._start_s + index * self._interval_s)
        if late_s < 0:
            return not stop.wait(-late_s)
        return late_s <= self._interval_s and not stop.is_set()
