"""The reader of a source, in a thread of its own, which hands out the freshest frame."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing

from common.rate_limited_log import RateLimitedLog
from edge.cameras.silence import Silence
from edge.cameras.sources.base import Source, SourceError
from edge.picture.frame_types import Frame, Shot, State

_log = logging.getLogger(__name__)
_FIRST_DELAY_S, _LAST_DELAY_S = 1.0, 30.0
_OPEN_S = 20.0  # longer than the sources' own time-outs, whose errors tell more
_JOIN_S = 0.4
# A camera that comes back sooner is not told to have been away.
_AWAY_S = 3.0
_LOG_EVERY_S = 600.0
OFF = "switched off: LOOKALIKE_SOURCE is none"


class SourceReader:
    """A source that comes back: lost, stalled or missing, it is tried again after 1 to 30 s, without end.

    A short loss is not reported: a camera that drops each connection, yet gives frames, is online.
    `on_state` is called with each change of state or reason, by the reading or the taking thread.
    """

    def __init__(
        self,
        source: Source | None,
        *,
        thing: str,
        stall_s: float,
        open_s: float = _OPEN_S,
        away_s: float = _AWAY_S,
        on_state: Callable[[State, str | None], None],
    ) -> None:
        """`open_s`: the time of an attempt until its first frame, after which it is reported as hanging.

        `away_s`: the time after a loss in which the next frame makes it good.
        """
        self._source, self._thing, self._on_state = source, thing, on_state
        self._silence = Silence(stall_s=stall_s, open_s=open_s)
        self._away_s = away_s
        self._lost: tuple[State, str] | None = None
        self._lost_s = 0.0
        self._faults = RateLimitedLog(every_s=_LOG_EVERY_S)
        self._failure = ""
        self._stop = threading.Event()
        self._changed = threading.Condition()
        self._telling = threading.RLock()
        self._fresh: Shot | None = None
        self._state: tuple[State, str | None] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Begin to read; without a source the state says so once."""
        if self._source is None:
            self._tell("no_camera", OFF)
        else:
            self._tell("no_camera", f"opening {self._source.name}")
            self._reader = threading.Thread(
                target=self._read_again_and_again, args=(self._source,), name="camera", daemon=True
            )
            self._reader.start()

    def stop(self) -> None:
        """Stop reading; a reader that hangs in a driver is left behind as a daemon thread."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._reader is not None:
            self._reader.join(_JOIN_S)

    def take(self, timeout_s: float) -> Shot | None:
        """Return the freshest frame that was not taken before; None when none comes in `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._fresh is not None or self._stop.is_set(), timeout_s)
            fresh, self._fresh = self._fresh, None
            self._changed.notify_all()
        if fresh is None:
            self._check_stall()
        return fresh

    def _check_stall(self) -> None:
        # Here and not in the reader, which may itself hang in the driver.
        with self._telling:
            if self._lost and time.monotonic() - self._lost_s > self._away_s:
                self._tell(*self._lost)
            limit_s = self._silence.too_long_s(time.monotonic())
            if limit_s is not None and self._state and self._state[0] != "stalled":
                self._tell("stalled", f"no frame for {limit_s:g} s")

    def _read_again_and_again(self, source: Source) -> None:
        delay_s = _FIRST_DELAY_S
        while not self._stop.is_set():
            self._silence.begin(time.monotonic())
            state, reason = self._read(source)
            had_frames = self._silence.end()
            if self._stop.is_set():
                return
            if had_frames:
                delay_s = _FIRST_DELAY_S
            self._lose(state, reason)
            self._stop.wait(delay_s)
            delay_s = min(delay_s * 2, _LAST_DELAY_S)
            _log.log(logging.DEBUG if self._lost else logging.INFO, "trying %s again", source.name)

    def _read(self, source: Source) -> tuple[State, str]:
        """Read until the source is lost; return the state and its reason."""
        try:
            with closing(source.frames(self._stop)) as frames:
                for frame in frames:
                    self._put(frame, waits=source.waits)
        except SourceError as error:
            return error.state, str(error)
        except Exception as error:  # any error of a driver; the camera may come back
            if repr(error) != self._failure:
                self._failure = repr(error)
                _log.exception("reading %s failed", source.name)
            return "no_camera", f"{type(error).__name__} while reading {source.name}"
        return "no_camera", f"{source.name} ended"

    def _put(self, frame: Frame, *, waits: bool) -> None:
        with self._changed:
            if waits:
                self._changed.wait_for(lambda: self._fresh is None or self._stop.is_set())
            self._fresh = Shot(frame, self._thing, time.time())
            self._silence.frame(time.monotonic())
            self._changed.notify_all()
        self._tell("online", None)

    def _lose(self, state: State, reason: str) -> None:
        with self._telling:
            # Who is stalled has been away for some time already.
            if state == "stalled" or (self._state and self._state[0] != "online"):
                self._tell(state, reason)
            elif self._lost is None:
                self._lost, self._lost_s = (state, reason), time.monotonic()
                self._faults.say(reason, f"camera lost, to be tried again: {reason}")

    def _tell(self, state: State, reason: str | None) -> None:
        # Under a lock of its own, so that two threads' reports come out in the order of the states.
        with self._telling:
            self._lost = None
            before, self._state = self._state, (state, reason)
            if before == self._state:
                return
            level = logging.INFO if state == "online" or before is None else logging.WARNING
            _log.log(level, "camera %s%s", state, f": {reason}" if reason else "")
            self._on_state(state, reason)
