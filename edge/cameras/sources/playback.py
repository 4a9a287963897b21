"""The playing of a recording: its frames at their own times, round after round."""

import threading
from collections.abc import Iterator

import av
from av.video.stream import VideoStream

from edge.cameras.sources.base import Pace
from edge.cameras.sources.video import DisplayMatrix, to_bgr
from edge.picture.frame_types import Frame

_USUAL_S = 1 / 25  # from frame to frame, for a video without a rate
_SHORTEST_S = 1 / 240
# A longer time between two frames is a fault of the time stamps, or a pause that nobody wants to wait for;
# but not where all frames of a recording are about that far apart.
_LONGEST_S, _SLOWEST_S = 10.0, 60.0
# As often a picture that stands still is given again, and a video of one frame begins again.
_STILL_S = 1.0


class RunningTime:
    """Seconds from the first frame of a recording to each later one, over seams and through odd stamps."""

    def __init__(self) -> None:
        self.frames = 0
        self._at_s: float | None = None
        self._step_s = _USUAL_S
        self._longest_s = _LONGEST_S
        self._stamp_s: float | None = None

    def begin(self, usual_s: float) -> None:
        """Begin a round, whose frames come every `usual_s` on an average."""
        if self.frames == 1 and self._at_s is not None:
            self._at_s += _STILL_S
        self._longest_s = max(_LONGEST_S, min(3 * usual_s, _SLOWEST_S))
        if _SHORTEST_S <= usual_s <= self._longest_s:
            self._step_s = usual_s
        self._stamp_s = None
        self.frames = 0

    def of(self, stamp_s: float | None) -> float:
        """The time of the next frame, which bears this stamp."""
        self.frames += 1
        before_s, self._stamp_s = self._stamp_s, stamp_s
        if self._at_s is None:
            self._at_s = 0.0
            return 0.0
        step_s = 0.0 if stamp_s is None or before_s is None else stamp_s - before_s
        if 0 < step_s <= self._longest_s:
            self._step_s = step_s
        self._at_s += self._step_s
        return self._at_s


class Playback:
    """Gives each frame when it is due."""

    def __init__(self, *, fast: bool = False) -> None:
        """`fast`: each frame is due at once."""
        self._fast = fast
        self._pace = Pace(0 if fast else _USUAL_S)
        self._time = RunningTime()
        self._matrix = DisplayMatrix()
        self._shown: Frame | None = None

    @property
    def frames(self) -> int:
        """The frames of this round so far."""
        return self._time.frames

    def begin(self, stream: VideoStream) -> None:
        """Begin a round, with a newly opened stream."""
        self._matrix = DisplayMatrix()
        self._time.begin(float(1 / stream.average_rate) if stream.average_rate else _USUAL_S)

    def show(self, frame: av.VideoFrame, stream: VideoStream, stop: threading.Event) -> Iterator[Frame]:
        """Wait for a frame's time and yield it; nothing when it is left out, and meanwhile the one before."""
        at_s = self._time.of(frame.time)
        while self._shown is not None and self._pace.early_s(at_s) > _STILL_S:
            if stop.wait(_STILL_S):
                return
            yield self._shown
        if self._pace.wait_until(at_s, stop):
            self._shown = to_bgr(frame, matrix=self._matrix, pixel_aspect=stream.sample_aspect_ratio)
            yield self._shown
        if not self._fast:
            # Frames that no other one needs are not even decoded when time is short.
            stream.codec_context.skip_frame = "NONREF" if self._pace.is_late else "DEFAULT"
