"""The camera and the connection of an emulated program, which wait as the device's do."""

import threading
import time
from collections.abc import Callable

from edge.cameras.port import Cameras
from edge.link.mqtt import MqttLink
from edge.picture.frame_types import Shot

_TRY_S = 0.001


class EmulatedCamera:
    """Gives a limited number of frames; threads of the program may share it."""

    def __init__(
        self,
        cameras: Cameras,
        *,
        frames: int | None,
        max_fps: float,
        on_shot: Callable[[Shot], None],
        on_over: Callable[[], None],
    ) -> None:
        """`on_over` is called, and does not return, when one more frame than `frames` is asked for."""
        self._cameras, self._on_shot, self._on_over = cameras, on_shot, on_over
        self._limit, self._interval_s = frames, 1 / max_fps
        self._lock = threading.Lock()
        self._due_s = 0.0
        self.given = 0
        """The number of frames given out."""

    def take(self, timeout_s: float) -> Shot:
        """Return a new frame, however long it takes to come; a stall is looked for every `timeout_s`.

        A device always gives a frame, so programs do not expect None: many resize the frame unchecked.
        """
        with self._lock:
            if self.given == self._limit:
                self._on_over()
            if not self.given:
                self._cameras.start()  # not before, so that a recording is seen from its beginning
            time.sleep(max(0.0, self._due_s - time.monotonic()))
            shot = None
            while shot is None:
                shot = self._cameras.take(timeout_s)
            self.given += 1
            self._due_s = time.monotonic() + self._interval_s
            self._on_shot(shot)
            return shot


class PatientPublisher:
    """Waits until each message of a burst has left, as the next one would replace it in the outbox.

    Without a broker it does not wait. Threads of the program may share it.
    """

    def __init__(self, link: MqttLink) -> None:
        self._link = link
        self._lock = threading.Lock()

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once; True when it was handed to the network."""
        with self._lock:
            if self._link.publish(topic, payload):
                return True
            while self._link.connected and self._link.waits(topic):
                time.sleep(_TRY_S)
            return self._link.connected
