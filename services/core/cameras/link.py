"""What connects a host with its cameras: a broker's connection, or what another host has in its place."""

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

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, within_s: float = 0.0) -> bool:
        """Send a message now or never: False if it was dropped.

        Waits up to `within_s` until the network has taken it; False if it has not.
        """


class LiveLink(CameraLink, Protocol):
    """Hears cameras too, from `start` to `stop`."""

    def start(self) -> None:
        """Connect in the background, as often as it takes; returns at once."""

    def stop(self) -> None:
        """Disconnect, and hand on nothing more."""


# Makes a link that hands on what it hears.
Connect = Callable[[OnMessage], LiveLink]
