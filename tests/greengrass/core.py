"""The far side of the IPC double, in AWS IoT Core's place: a broker in memory, or a real one."""

import threading
from collections.abc import Callable
from typing import Protocol

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion

from common.mqtt_address import parse_mqtt_address

Deliver = Callable[[str, bytes, bool], None]
"""Takes a message: its topic, its payload, and whether it was retained."""


class Core(Protocol):
    """What a nucleus is connected with."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        """Pass a message on; False while there is no connection."""

    def subscribe(self, topics: str, deliver: Deliver) -> Callable[[], None]:
        """Deliver messages on these topics until the returned function is called."""

    def close(self) -> None:
        """End the connection."""


class MemoryCore:
    """A broker in memory that remembers every message, keeps the retained ones, and can be away."""

    def __init__(self) -> None:
        self.online = True
        self.heard: list[tuple[str, bytes]] = []
        self.kept: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._subscribed: list[tuple[str, Deliver]] = []

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        assert qos in (0, 1)
        if self.online:
            self.send(topic, payload, retain=retain)
        return self.online

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish as another client."""
        with self._lock:
            self.heard.append((topic, payload))
            if retain:
                self.kept[topic] = payload
            wanting = [deliver for topics, deliver in self._subscribed if topic_matches_sub(topics, topic)]
        for deliver in wanting:
            deliver(topic, payload, False)

    def is_subscribed(self, topic: str) -> bool:
        """Whether a component hears what is sent on a topic now."""
        with self._lock:
            return any(topic_matches_sub(topics, topic) for topics, _ in self._subscribed)

    def subscribe(self, topics: str, deliver: Deliver) -> Callable[[], None]:
        entry = (topics, deliver)
        with self._lock:
            self._subscribed.append(entry)
            kept = {topic: each for topic, each in self.kept.items() if topic_matches_sub(topics, topic)}
        for topic, payload in kept.items():
            deliver(topic, payload, True)

        def end() -> None:
            with self._lock:
                self._subscribed.remove(entry)

        return end

    def close(self) -> None:
        """Do nothing."""


class BrokerCore:
    """A real broker at mqtt://[user:password@]host[:port]."""

    def __init__(self, url: str) -> None:
        address = parse_mqtt_address(url)
        self._lock = threading.Lock()
        self._subscribed: list[tuple[str, Deliver]] = []
        self._client = Client(CallbackAPIVersion.VERSION2)
        if address.user is not None:
            self._client.username_pw_set(address.user, address.password)
        self._client.on_connect = lambda *_: self._connected()
        self._client.on_message = self._received
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async(address.host, address.port)
        self._client.loop_start()

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool) -> bool:
        if not self._client.is_connected():
            return False
        self._client.publish(topic, payload, qos=qos, retain=retain)
        return True

    def subscribe(self, topics: str, deliver: Deliver) -> Callable[[], None]:
        entry = (topics, deliver)
        with self._lock:
            self._subscribed.append(entry)
        self._client.subscribe(topics, qos=1)

        def end() -> None:
            with self._lock:
                self._subscribed.remove(entry)

        return end

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        # Without a reference back to us it closes its sockets at once.
        self._client.on_message = self._client.on_connect = None

    def _connected(self) -> None:
        with self._lock:
            names = [topics for topics, _ in self._subscribed]
        for name in names:
            self._client.subscribe(name, qos=1)

    def _received(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._lock:
            wanting = [each for topics, each in self._subscribed if topic_matches_sub(topics, message.topic)]
        for deliver in wanting:
            deliver(message.topic, bytes(message.payload), message.retain)
