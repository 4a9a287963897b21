"""The ports of the connection to the broker; their adapters are edge/link/mqtt.py and greengrass.py."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

OnMessage = Callable[[str, bytes], None]
"""A callback that takes a message: its topic and payload."""


class Publisher(Protocol):
    """Sends messages, or drops them without a connection."""

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once, while it is fresh or never; True when it was handed to the network already."""


class Link(Publisher, Protocol):
    """One camera's connection, or one of no camera; it comes back by itself. Threads may share it."""

    @property
    def connected(self) -> bool:
        """Whether the broker is connected now."""

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes, in bytes, topic included; a larger one is dropped."""

    def start(self, on_connect: Callable[[], None] = ...) -> None:
        """Connect in the background, retried indefinitely; `on_connect` is called after each success."""

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False if none came in time."""

    def publish_status(self, payload: bytes) -> object:
        """Send the camera's status, retained; dropped when unconnected, as `on_connect` can send it again."""

    def stop(self, last_status: bytes = ...) -> None:
        """Send a last status and disconnect, in about a second at most."""


class OpenLink(Protocol):
    """Makes links, which are not yet started."""

    def __call__(
        self,
        thing: str | None,
        *,
        on_message: OnMessage | None = None,
        filters: Sequence[str] = (),
        retained: Sequence[tuple[str, bytes]] = (),
        about: Mapping[str, object] | None = None,
    ) -> Link:
        """Return the link of the camera `thing`; without a name it has no status.

        `on_message` gets, in a thread of the link, messages on `filters` while it is connected (none
        named: the camera's commands), but no retained ones. `retained` are topics and
        payloads for the broker to keep. When the process dies, the camera's status becomes `offline`, with
        the further fields `about`.
        """
