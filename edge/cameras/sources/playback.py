"""The playing of a recording: its frames at their own times, round after round."""

import threading
from collections.abc import Iterator

import av
from av.video.stream import VideoStream

from edge.cameras.sources.base import Pace
from edge.cameras.sources.video import to_bgr
from edge.picture.frame_types import Frame

_USUAL_S = 1 / 25  # from frame to frame, for a video without a rate
_SHORTEST_S = 1 / 240
# A longer time between two frames is a fault of the time stamps, or a pause that nobody wants to wait for.
_LONGEST_S = 10.0
# As often a picture that stands still is given again, and a video of one frame begins again.
_STILL_S = 1.0


class RunningTime:
    """Seconds from the first frame of a recording to each later one, over seams and through odd stamps."""

    def __init__(self) -> None:
        self.frames = 0
        self._at_s: float | None = None
        self._usual_s = _USUAL_S
        self._stamp_s: float | None = None

    def begin(self, usual_s: float) -> None:
        """Begin a round, whose frames come every `usual_s` where their stamps are of no use."""
        if self.frames == 1 and self._at_s is not None:
            self._at_s += _STILL_S
        self._usual_s = usual_s if _SHORTEST_S <= usual_s <= _LONGEST_S else _USUAL_S
        self._stamp_s = None
        self.frames = 0

    def of(self, stamp_s: float | None) -> float:
        """The time of the next frame, which bears this stamp."""
        self.frames += 1
        before_s, self._stamp_s = self._stamp_s, stamp_s
        step_s = self._usual_s if stamp_s is None or before_s is None else stamp_s - before_s
        if self._at_s is None:
            self._at_s = 0.0
        else:
            self._at_s += step_s if 0 < step_s <= _LONGEST_S else self._usual_s
        return self._at_s


class Playback:
    """Gives each frame when it is due."""

    def __init__(self, *, fast: bool = False) -> None:
        """`fast`: each frame is due at once."""
        self._fast = fast
        self._pace = Pace(0 if fast else _USUAL_S)
        self._time = RunningTime()
        self._shown: Frame | None = None

    @property
    def frames(self) -> int:
        """The frames of this round so far."""
        return self._time.frames

    def begin(self, stream: VideoStream) -> None:
        """Begin a round, with a newly opened stream."""
        self._time.begin(float(1 / stream.average_rate) if stream.average_rate else _USUAL_S)

    def show(self, frame: av.VideoFrame, stream: VideoStream, stop: threading.Event) -> Iterator[Frame]:
        """Wait for a frame's time and yield it; nothing when it is left out, and meanwhile the one before."""
        at_s = self._time.of(frame.time)
        while self._shown is not None and self._pace.early_s(at_s) > _STILL_S:
            if stop.wait(_STILL_S):
                return
            yield self._shown
        if self._pace.wait_until(at_s, stop):
            self._shown = to_bgr(frame)
            yield self._shown
        if not self._fast:
            # Frames that no other one needs are not even decoded when time is short.
            stream.codec_context.skip_frame = "NONREF" if self._pace.is_late else "DEFAULT"
