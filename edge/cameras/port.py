"""The port of the cameras that LOOKALIKE_SOURCE opens, for those who run a program on it."""

from collections.abc import Callable
from typing import Protocol

from edge.link.port import Publisher
from edge.picture.frame_types import Camera


class Cameras(Camera, Publisher, Protocol):
    """One camera of this process, or all that send their frames over MQTT, each with its status."""

    @property
    def max_message_bytes(self) -> int:
        """The largest message that its link takes, in bytes, topic included."""

    def connect(self) -> None:
        """Connect to the broker, in the background."""

    def wait_wanted(self, stopping: Callable[[], bool]) -> bool:
        """Wait until there is something to look at; False when it is time to stop."""

    def start(self) -> None:
        """Open the source."""

    def stop(self, reason: str) -> None:
        """Close the source, and publish that its cameras are offline and why."""

    def set_model(self, *, provider: str, model: str) -> None:
        """Publish the model's fingerprint and the execution provider that it runs on."""

    def set_model_trouble(self, trouble: str | None) -> None:
        """Publish why the model is not the one of the settings; None when it is. Threads may call it."""
