"""The camera and the connection that an emulated program gets, as patient as the device's."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

from edge.link.mqtt import MqttTransport
from edge.picture.frame_types import Frame, Taken

_TRY_S = 0.001


class Cameras(Protocol):
    """What edge/app.py opens for a source."""

    @property
    def taken(self) -> Taken: ...
    def take(self, timeout_s: float) -> Frame | None: ...
    def start(self) -> None: ...
    def on_turn(self, seen: bool) -> None: ...


class Supply:
    """Gives the frames, so many at most; threads of the program may share it."""

    def __init__(
        self,
        cameras: Cameras,
        *,
        frames: int | None,
        max_fps: float,
        on_frame: Callable[[str, Frame], None],
        on_over: Callable[[], None],
    ) -> None:
        """`on_over` is called, and does not return, when one more frame than `frames` is asked for."""
        self._cameras, self._on_frame, self._on_over = cameras, on_frame, on_over
        self._limit, self._interval_s = frames, 1 / max_fps
        self._lock = threading.Lock()
        self._due_s = 0.0
        self.given = 0
        """How many frames were given out."""

    @property
    def taken(self) -> Taken:
        """Whose the last frame is, and when it was read."""
        return self._cameras.taken

    def take(self, timeout_s: float) -> Frame | None:
        """Return a new frame, however long it takes to come; `timeout_s` is how often a stall is looked for.

        A device always gives a frame, so programs do not expect to get none: many resize it in any case.
        """
        with self._lock:
            if self.given == self._limit:
                self._on_over()
            if not self.given:
                self._cameras.start()  # only now, so that a recording is seen from its beginning
            time.sleep(max(0.0, self._due_s - time.monotonic()))
            frame = None
            while frame is None:
                frame = self._cameras.take(timeout_s)
                self._cameras.on_turn(frame is not None)
            self.given += 1
            self._due_s = time.monotonic() + self._interval_s
            self._on_frame(self._cameras.taken.thing, frame)
            return frame


class PatientTransport:
    """Lets each message of a burst leave before the next one, which would take its place in the outbox.

    While the broker is away nothing waits. Threads of the program may share it.
    """

    def __init__(self, transport: MqttTransport) -> None:
        self._transport = transport
        self._lock = threading.Lock()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once; True when it was handed to the network."""
        with self._lock:
            if self._transport.publish(topic, payload):
                return True
            while self._transport.connected and self._transport.waits(topic):
                time.sleep(_TRY_S)
            return self._transport.connected
