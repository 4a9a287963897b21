"""The port of every source of frames, and the pace of recordings."""

import threading
import time
from collections.abc import Callable, Generator
from typing import Literal, Protocol

from edge.picture.frame_types import Frame

# Frames are left out when they are later than this, but one comes at least as often.
_IN_STEP_S = 0.1
_CATCH_UP_S = 5.0


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
    """The times at which the frames of a recording are due; the first one is due at once.

    Of late frames some are left out, to catch up. When that does not help, since they come slower than
    they are due, the clock is put back: what is left is played slowly, not passed over.
    """

    def __init__(self, interval_s: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """With an interval of 0 each frame is due at once, and none is ever late."""
        self._interval_s, self._clock = interval_s, clock
        self._start_s: float | None = None
        self._late_s = 0.0
        self._given_s = 0.0

    @property
    def is_late(self) -> bool:
        """Whether the last frame was late."""
        return self._late_s > _IN_STEP_S

    def wait(self, index: int, stop: threading.Event) -> bool:
        """Wait until frame `index` is due; False when it is to be left out, or the program ends."""
        return self.wait_until(index * self._interval_s, stop)

    def wait_until(self, at_s: float, stop: threading.Event) -> bool:
        """The same for a frame whose time is `at_s` after that of the first one."""
        if not self._interval_s:
            return not stop.is_set()
        late_s, before_s = -self.early_s(at_s), self._late_s
        self._late_s = late_s
        if late_s < 0:
            stop.wait(-late_s)
        elif late_s > _CATCH_UP_S:
            self._start_s, self._late_s = self._clock() - at_s, 0.0
        elif late_s > _IN_STEP_S and late_s < before_s and self._clock() - self._given_s < _IN_STEP_S:
            return False
        self._given_s = self._clock()
        return not stop.is_set()

    def early_s(self, at_s: float) -> float:
        """Seconds until the time `at_s` after the first frame, which is now if there was none yet."""
        if not self._interval_s:
            return 0.0
        now_s = self._clock()
        if self._start_s is None:
            self._start_s = now_s - at_s
        return self._start_s + at_s - now_s
