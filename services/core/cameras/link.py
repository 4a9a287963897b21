"""The port of a host's connection to its cameras, over a broker or in another way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# Takes a message: its topic and payload.
OnMessage = Callable[[str, bytes], None]


class CameraLink(Protocol):
    """Sends messages to cameras."""

    @property
    def connected(self) -> bool:
        """Whether messages can be sent now."""

    @property
    def max_bytes(self) -> int:
        """The largest message that it takes, in bytes, its topic included."""

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 0, within_s: float = 0.0, retained: bool = False
    ) -> bool:
        """Send a message now or never, to be kept for later readers if `retained`: False if it was dropped.

        Waits up to `within_s` until the network has taken it; False if it has not.
        """


class LiveLink(CameraLink, Protocol):
    """A CameraLink that also receives from cameras, from `start` to `stop`."""

    def check(self) -> None:
        """Raise UnavailableError, with the cause in words, unless messages come and go."""

    def start(self) -> None:
        """Connect in the background, retried indefinitely; returns at once."""

    def stop(self) -> None:
        """Disconnect; no message is handed on afterwards."""


# Makes a link that hands on the messages it receives.
Connect = Callable[[OnMessage], LiveLink]
