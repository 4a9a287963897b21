"""Brokers for the contract of links: one in memory, and a real one for MQTT."""

from typing import Protocol

from paho.mqtt import publish

from common.mqtt_broker import describe_broker
from edge.link.mqtt import mqtt_links
from edge.link.port import OpenLink
from tests.edge.fakes import FakeBroker
from tests.edge.kit import MqttListener, make_broker
from tests.servers import free_port, until


class World(Protocol):
    """A broker that starts and stops, seen by a client that receives everything while it runs."""

    @property
    def open_link(self) -> OpenLink:
        """Makes links to the broker."""

    def start(self) -> None:
        """Start the broker."""

    def stop(self) -> None:
        """Stop the broker."""

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish as another client."""

    def heard(self, topic: str) -> list[bytes]:
        """Messages published on a topic so far."""

    def keeps(self, topic: str, payload: bytes) -> bool:
        """Whether the broker retains this for later clients; the call may wait for it."""


class FakeWorld:
    """A broker in memory."""

    def __init__(self) -> None:
        self._broker = FakeBroker()
        self._broker.up = False
        self.open_link = self._broker.open_link
        self.start, self.stop, self.send = self._broker.start, self._broker.stop, self._broker.send

    def heard(self, topic: str) -> list[bytes]:
        return [payload for name, payload in self._broker.heard if name == topic]

    def keeps(self, topic: str, payload: bytes) -> bool:
        return self._broker.kept.get(topic) == payload


class MqttWorld:
    """An embedded broker on a port of this machine."""

    def __init__(self) -> None:
        self._port = free_port()
        self._broker = make_broker(self._port)
        self._listeners: list[MqttListener] = []
        self.open_link = mqtt_links(describe_broker(f"mqtt://127.0.0.1:{self._port}"), prefix="test")

    def start(self) -> None:
        self._broker = make_broker(self._port)
        self._broker.__enter__()
        self._listeners.append(MqttListener(self._port, "#").__enter__())

    def stop(self) -> None:
        self._listeners[-1].__exit__()
        self._broker.__exit__(None, None, None)

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        publish.single(topic, payload, qos=1, retain=retain, port=self._port)

    def heard(self, topic: str) -> list[bytes]:
        return [
            each.payload for listener in self._listeners for each in listener.heard if each.topic == topic
        ]

    def keeps(self, topic: str, payload: bytes) -> bool:
        with MqttListener(self._port, topic) as late:
            until(lambda: late.heard, what=f"a kept message on {topic}")
            return late.heard[0].retained and late.heard[0].payload == payload
