"""The ports of a connection to a Greengrass nucleus; its adapter is edge/link/greengrass_ipc.py."""

from collections.abc import Callable
from typing import Any, Protocol

from edge.link.port import OnMessage


class IpcError(Exception):
    """A connection or a request has failed; the text is the cause in words."""


class TokenRefusedError(IpcError):
    """The nucleus knows no component of this token."""


class NotAllowedError(IpcError):
    """The component's accessControl does not allow this request."""


class ConnectionLostError(IpcError):
    """The connection has ended before the answer."""


Done = Callable[[IpcError | None], None]
"""Takes the outcome of a request."""


class Connection(Protocol):
    """A connection, as edge/link/greengrass_ipc.py makes it; callbacks come in threads of its own."""

    def publish(self, topic: str, payload: bytes, *, retain: bool, done: Done) -> None:
        """Publish to AWS IoT Core at QoS 0."""

    def subscribe(self, topics: str, on_message: OnMessage, done: Done) -> None:
        """Subscribe at AWS IoT Core for as long as the connection lasts."""

    def configuration(self) -> dict[str, Any]:
        """The component's whole configuration; waits for it, and raises IpcError."""

    def watch_configuration(self, on_change: Callable[[], None]) -> None:
        """Call back at each change of the component's configuration."""

    def close(self) -> None:
        """End the connection."""


class Member(Protocol):
    """One who uses the connection; all calls come in the nucleus' thread."""

    def on_connection(self, connection: Connection) -> None:
        """There is a new connection."""

    def on_loss(self) -> None:
        """The connection is gone, with all answers to come."""

    def on_tick(self) -> None:
        """Called about four times a second."""
