"""The ports of the connection to the broker; an adapter each: edge/link/mqtt.py."""

from typing import Protocol


class Publisher(Protocol):
    """Sends messages, or drops them while nobody can be reached."""

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once, while it is fresh or never; True when it was handed to the network already."""
