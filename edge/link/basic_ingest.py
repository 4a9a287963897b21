"""Basic Ingest of AWS IoT: observations go to a rule past the broker, which has no charge a message."""

from collections.abc import Callable, Sequence

from edge.link.port import Link, OnMessage, OpenLink


def with_basic_ingest(open_link: OpenLink, rule: str) -> OpenLink:
    """The same links, whose observations go to the rule of this name."""

    def open_ingesting(
        thing: str | None,
        *,
        on_message: OnMessage | None = None,
        filters: Sequence[str] = (),
        retained: Sequence[tuple[str, bytes]] = (),
    ) -> Link:
        return IngestingLink(
            open_link(thing, on_message=on_message, filters=filters, retained=retained), rule
        )

    return open_ingesting


class IngestingLink:
    """A link whose observations go to a rule; nobody can subscribe to them."""

    def __init__(self, link: Link, rule: str) -> None:
        self._link, self._prefix = link, f"$aws/rules/{rule}/"

    @property
    def connected(self) -> bool:
        """Whether the broker is connected now."""
        return self._link.connected

    @property
    def max_message_bytes(self) -> int:
        """The largest message that it takes."""
        return self._link.max_message_bytes

    def start(self, on_connect: Callable[[], None] = lambda: None) -> None:
        """Connect in the background."""
        self._link.start(on_connect)

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False if none came in time."""
        return self._link.wait_connected(timeout_s)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message, an observation to the rule."""
        return self._link.publish(self._prefix + topic if topic.endswith("/features") else topic, payload)

    def publish_status(self, payload: bytes) -> object:
        """Send the camera's status, retained."""
        return self._link.publish_status(payload)

    def stop(self, last_status: bytes = b"") -> None:
        """Send a last status and disconnect."""
        self._link.stop(last_status)
