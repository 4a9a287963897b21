"""Reading ahead of MQTT's packets: whole messages in their order, however the network cuts them."""

import random
import select
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from paho.mqtt.client import MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from common.mqtt_fast_reading import FastReadingClient
from tests.flood import publish_packet

CONNECTED = b"\x20\x02\0\0"
PONG = b"\xd0\0"


def with_acknowledgement(name: str, payload: bytes) -> bytes:
    """The packet of a message at QoS 1, of fewer than 128 bytes."""
    body = len(name).to_bytes(2, "big") + name.encode() + b"\0\x07" + payload
    return bytes([0x32, len(body)]) + body


class PlayedBroker:
    """One connection that a test feeds byte by byte, and what its client hands on."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.heard: list[tuple[str, bytes, bool]] = []
        self.client = FastReadingClient(CallbackAPIVersion.VERSION2)
        self.client.on_message = self._hear
        self.client.connect(*self._listening.getsockname())
        self.accept()

    def accept(self) -> None:
        self.link, _ = self._listening.accept()
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert self.feed(CONNECTED) == MQTTErrorCode.MQTT_ERR_SUCCESS

    def feed(self, piece: bytes) -> MQTTErrorCode:
        """Send a piece, and have the client read until nothing is there any more."""
        self.link.sendall(piece)
        waits, result = 5.0, MQTTErrorCode.MQTT_ERR_SUCCESS
        connection: Any = self.client.socket()
        while result == MQTTErrorCode.MQTT_ERR_SUCCESS and select.select([connection], [], [], waits)[0]:
            result, waits = self.client.loop_read(), 0.0
        return result

    def _hear(self, _client: object, _data: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload), message.retain))

    def close(self) -> None:
        self.client.disconnect()
        self.link.close()
        self._listening.close()


@pytest.fixture
def broker() -> Iterator[PlayedBroker]:
    made = PlayedBroker()
    yield made
    made.close()


@pytest.mark.parametrize("longest", [1, 7, 5000, 10**6])
def test_all_messages_come_in_their_order_however_they_are_cut(broker: PlayedBroker, longest: int) -> None:
    chance = random.Random(longest)
    sizes = [0, 1, 122, 123, 124, 300] + ([16_400, 200_000] if longest > 1000 else [])
    sent, stream = [], b""
    for number in range(40):
        payload = chance.randbytes(chance.choice(sizes))
        if number % 5 == 0:
            payload = payload[:90]
            stream += with_acknowledgement("a/b", payload) + PONG
            sent.append(("a/b", payload, False))
        else:
            name, retained = f"lookalike/kamera-ä{number}/features", number % 3 == 0
            stream += publish_packet(name, payload, retain=retained)
            sent.append((name, payload, retained))
    while stream:
        cut = chance.randint(1, longest)
        broker.feed(stream[:cut])
        stream = stream[cut:]
    assert broker.heard == sent


def test_what_was_read_of_an_old_connection_is_no_part_of_the_next(broker: PlayedBroker) -> None:
    broker.feed(publish_packet("a", b"1") + publish_packet("a", b"lost")[:-1])
    broker.link.close()
    broker.client.reconnect()
    broker.accept()
    broker.feed(publish_packet("a", b"2"))
    assert [payload for _, payload, _ in broker.heard] == [b"1", b"2"]


@pytest.mark.parametrize("packet", [b"\x30\xff\xff\xff\xff\xff", b"\x30\x01\0", b"\x30\x04\0\x09ab"])
def test_a_malformed_message_ends_the_connection(broker: PlayedBroker, packet: bytes) -> None:
    result = broker.feed(publish_packet("a", b"1") + packet + publish_packet("a", b"2"))
    assert result != MQTTErrorCode.MQTT_ERR_SUCCESS
    assert broker.heard == [("a", b"1", False)]


def test_what_was_read_is_acknowledged_at_once(broker: PlayedBroker) -> None:
    connection: Any = broker.client.socket()

    def is_quick() -> bool:
        return bool(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK))

    # A client that answers is one whose acknowledgements the kernel leaves to its answers.
    for _ in range(3):
        broker.link.sendall(PONG)
        assert select.select([connection], [], [], 5.0)[0]
        connection.recv(2)
        connection.send(PONG)
    assert not is_quick()
    broker.feed(publish_packet("a", b"1"))
    assert is_quick()


def test_what_it_publishes_waits_for_no_acknowledgement_of_the_message_before(broker: PlayedBroker) -> None:
    connection: Any = broker.client.socket()
    assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
