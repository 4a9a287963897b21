"""The ports of the connection to the broker; an adapter each: edge/link/mqtt.py."""

from collections.abc import Callable, Sequence
from typing import Protocol

OnMessage = Callable[[str, bytes], None]
"""Hears a message: its topic and payload."""


class Publisher(Protocol):
    """Sends messages, or drops them while nobody can be reached."""

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once, while it is fresh or never; True when it was handed to the network already."""


class Link(Publisher, Protocol):
    """One camera's connection, or one of no camera; it comes back by itself. Threads may share it."""

    @property
    def connected(self) -> bool:
        """Whether the broker is there now."""

    def start(self, on_connect: Callable[[], None] = ...) -> None:
        """Connect in the background, again and again; `on_connect` is called after each success."""

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False when there was none in time."""

    def publish_status(self, payload: bytes) -> object:
        """Send the camera's status, retained; dropped when unconnected, as `on_connect` can send it again."""

    def stop(self, last_status: bytes = ...) -> None:
        """Send a last status and disconnect, in about a second at most."""


class OpenLink(Protocol):
    """Makes a link, not yet started."""

    def __call__(
        self,
        thing: str | None,
        *,
        on_message: OnMessage | None = None,
        filters: Sequence[str] = (),
        retained: Sequence[tuple[str, bytes]] = (),
    ) -> Link:
        """Return the link of the camera `thing`; without a name it has no status.

        `on_message` hears, in a thread of the link, what is sent on `filters` while it is connected (none
        named: the camera's commands), and nothing that the broker had kept. `retained` are topics and
        payloads for the broker to keep. When the process dies, the camera's status becomes `offline`.
        """
