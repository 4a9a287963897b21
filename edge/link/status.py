"""The camera's status message: its content, and when it is sent."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from common.wire import to_iso
from edge.picture.frame_types import State

_FPS_EVERY_S, _FIRST_FPS_S = 5.0, 1.0
# A status that is not repeated is taken for one of a camera that is gone (docs/contracts/mqtt.md).
_REPEAT_S = 10.0


def encode_status(
    state: State,
    reason: str | None,
    *,
    provider: str | None = None,
    fps: float = 0.0,
    model: str | None = None,
    since_s: float | None = None,
    source: str | None = None,
    model_trouble: str | None = None,
    about: Mapping[str, object] | None = None,
) -> bytes:
    """The JSON of a status message; `since_s` (Unix seconds) is the state's beginning.

    `model_trouble` is why the model is not the one of the settings; `about` are further fields.
    """
    message: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "provider": provider,
        "fps": fps,
        "model": model,
        "since": None if since_s is None else to_iso(since_s),
        "source": source,
        "model_trouble": model_trouble,
        **(about or {}),
    }
    return json.dumps(message, separators=(",", ":")).encode()


class StatusBoard:
    """Holds the present status; sends it when it changes, fps at most every 5 s, and again each 10 s."""

    def __init__(
        self,
        send: Callable[[bytes], object],
        *,
        source: str | None = None,
        about: Callable[[], Mapping[str, object]] = dict,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`send` publishes one retained status; it may drop it, as `repeat` follows on every connection.

        `source` describes the camera, without passwords; `about` gives further fields of each status.
        """
        self._send, self._source, self._clock = send, source, clock
        self._about = about
        self._lock = threading.Lock()
        self._state: State = "no_camera"
        self._reason: str | None = "starting"
        self._provider: str | None = None
        self._model: str | None = None
        self._model_trouble: str | None = None
        self._fps = 0.0
        self._state_since_s = time.time()
        self._frames, self._counting_since_s = 0, self._clock()
        self._sent_s = float("-inf")

    def repeat(self) -> None:
        """Send the present status again."""
        with self._lock:
            self._publish()

    def set_model(self, *, provider: str, model: str) -> None:
        """Publish the model's fingerprint and the execution provider that it runs on."""
        with self._lock:
            self._provider, self._model = provider, model
            self._publish()

    def set_model_trouble(self, trouble: str | None) -> None:
        """Publish why the model is not the one of the settings; None when it is."""
        with self._lock:
            if trouble != self._model_trouble:
                self._model_trouble = trouble
                self._publish()

    def set_state(self, state: State, reason: str | None) -> None:
        """Publish a state and start a new count of frames."""
        with self._lock:
            if state != self._state:
                self._state_since_s = time.time()
            self._state, self._reason, self._fps = state, reason, 0.0
            self._frames, self._counting_since_s = 0, self._clock()
            self._publish()

    def count(self, frame: bool) -> None:
        """Count a frame, or that none came; publish a changed frame rate, or the status again."""
        with self._lock:
            self._frames += frame
            passed_s = self._clock() - self._counting_since_s
            if passed_s < (_FPS_EVERY_S if self._fps else _FIRST_FPS_S):
                return
            fps = round(self._frames / passed_s, 1)
            self._frames, self._counting_since_s = 0, self._clock()
            if fps != self._fps or self._clock() - self._sent_s >= _REPEAT_S:
                self._fps = fps
                self._publish()

    def _publish(self) -> None:
        # Under the lock, so that two threads' messages do not overtake each other.
        self._sent_s = self._clock()
        self._send(
            encode_status(
                self._state,
                self._reason,
                provider=self._provider,
                fps=self._fps,
                model=self._model,
                since_s=self._state_since_s,
                source=self._source,
                model_trouble=self._model_trouble,
                about=self._about(),
            )
        )
