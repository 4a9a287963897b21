"""Fakes of the edge's ports."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from paho.mqtt.client import topic_matches_sub

from common import wire
from edge.link.port import OnMessage, OpenLink
from edge.picture.frame_types import Frame, Shot


class FakeCamera:
    """Gives the frames that it was given, by default of one camera at one moment."""

    def __init__(self, *, thing: str = "cam-3", at_s: float = 1_800_000_000.5) -> None:
        self.shots: list[Shot] = []
        self._thing, self._at_s = thing, at_s

    def see(self, *frames: Frame, thing: str | None = None, after_s: float = 0) -> None:
        """Set the frames to give next."""
        self.shots += [Shot(frame, thing or self._thing, self._at_s + after_s) for frame in frames]

    def take(self, timeout_s: float) -> Shot | None:
        assert timeout_s > 0
        return self.shots.pop(0) if self.shots else None


class FakePublisher:
    """Remembers published messages."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes) -> bool:
        self.sent.append((topic, payload))
        return True


class FakeBroker:
    """A broker for links in memory; it remembers every message and keeps the retained ones."""

    def __init__(self) -> None:
        self.up = True
        self.heard: list[tuple[str, bytes]] = []
        self.kept: dict[str, bytes] = {}
        self._links: list[FakeLink] = []

    @property
    def open_link(self) -> OpenLink:
        """Makes links to this broker."""
        return partial(FakeLink, self)

    def add(self, link: "FakeLink") -> None:
        """Add a link that was started."""
        self._links.append(link)
        if self.up:
            link.connect()

    def remove(self, link: "FakeLink") -> None:
        """Remove a link that was stopped."""
        if link in self._links:
            self._links.remove(link)

    def start(self) -> None:
        """Start, or start again."""
        self.up = True
        for link in self._links:
            link.connect()

    def stop(self) -> None:
        """Stop, and lose the retained messages."""
        self.up = False
        self.kept.clear()

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Take a message and pass it on."""
        self.heard.append((topic, payload))
        if retain:
            self.kept[topic] = payload
        for link in list(self._links):
            link.receive(topic, payload)


class FakeLink:
    """A link in memory, which delivers at once and in the sender's thread."""

    def __init__(
        self,
        broker: FakeBroker,
        thing: str | None,
        *,
        on_message: OnMessage | None = None,
        filters: Sequence[str] = (),
        retained: Sequence[tuple[str, bytes]] = (),
        about: Mapping[str, object] | None = None,
    ) -> None:
        self.about = about
        self._broker, self._thing, self._on_message, self._retained = broker, thing, on_message, retained
        self._filters = list(filters) or [wire.topic(thing or "none", "command")]
        self._waiting: dict[str, bytes] = {}
        self._on_connect: Callable[[], None] = lambda: None
        self._started = False

    @property
    def connected(self) -> bool:
        return self._started and self._broker.up

    @property
    def max_message_bytes(self) -> int:
        return wire.MAX_MESSAGE_BYTES

    def start(self, on_connect: Callable[[], None] = lambda: None) -> None:
        self._on_connect, self._started = on_connect, True
        self._broker.add(self)

    def connect(self) -> None:
        self._on_connect()
        for topic, payload in self._retained:
            self._broker.send(topic, payload, retain=True)
        while self._waiting:
            self._broker.send(*self._waiting.popitem())

    def wait_connected(self, timeout_s: float) -> bool:
        assert timeout_s > 0
        return self.connected

    def publish(self, topic: str, payload: bytes) -> bool:
        if self.connected:
            self._broker.send(topic, payload)
        else:
            self._waiting[topic] = payload
        return self.connected

    def publish_status(self, payload: bytes) -> None:
        if self.connected and self._thing is not None:
            self._broker.send(wire.topic(self._thing, "status"), payload, retain=True)

    def stop(self, last_status: bytes = b"") -> None:
        self.publish_status(last_status)
        self._started = False
        self._broker.remove(self)

    def receive(self, topic: str, payload: bytes) -> None:
        if self._on_message is None or not any(topic_matches_sub(name, topic) for name in self._filters):
            return
        try:
            self._on_message(topic, payload)
        except RuntimeError:  # the port's promise: a handler's fault does not end the link
            return
