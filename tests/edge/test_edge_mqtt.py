"""The MQTT connection against a real broker, and against one that hangs."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from edge.mqtt import MqttTransport
from edge.status import encode_status
from services.core import wire
from tests.edge.kit import Listener, make_broker
from tests.servers import free_port, until

FEATURES = wire.topic("cam-1", "features")
OFFLINE = encode_status("offline", "stopped")
Start = Callable[..., MqttTransport]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a connection to a port of this machine; it is stopped at the end."""
    started: list[MqttTransport] = []

    def make(port: int, *, user: str = "", on_connect: Callable[[], None] = lambda: None) -> MqttTransport:
        transport = MqttTransport(f"mqtt://{user}127.0.0.1:{port}", thing="cam-1")
        transport.start(on_connect)
        started.append(transport)
        return transport

    yield make
    for transport in started:
        transport.stop(OFFLINE)


def hanging_broker(port: int) -> socket.socket:
    """A socket that takes connections as a broker does and answers only what the test sends."""
    listening = socket.create_server(("127.0.0.1", port))
    listening.settimeout(10)
    return listening


def greet(listening: socket.socket) -> socket.socket:
    """Accept one MQTT client."""
    client, _ = listening.accept()
    client.settimeout(10)
    client.recv(1024)
    client.sendall(b"\x20\x02\x00\x00")
    return client


def test_what_was_published_without_a_connection_is_never_sent(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    port = free_port()
    transport = start(port, user="me:secret@")
    assert [transport.publish(FEATURES, b"old") for _ in range(5)] == [False] * 5
    assert transport.publish_status(b"old") is None
    assert not transport.wait_connected(0.01)
    with make_broker(port), Listener(port) as listener:
        assert transport.wait_connected(15)
        until(lambda: transport.publish(FEATURES, b"new"))
        until(lambda: listener.heard)
        assert {heard.payload for heard in listener.heard} == {b"new"}
    assert "5 messages were dropped" in caplog.text
    assert "cannot be reached" in caplog.text
    assert "secret" not in caplog.text


def test_a_status_nobody_confirmed_does_not_overwrite_a_newer_one(start: Start) -> None:
    port = free_port()
    status = [b"first"]
    connections: list[MqttTransport] = []
    with closing(hanging_broker(port)) as listening:
        transport = start(port, on_connect=lambda: connections[0].publish_status(status[0]))
        connections.append(transport)
        with greet(listening) as client:
            assert b"first" in client.recv(1024)
    status[0] = b"second"
    with make_broker(port), Listener(port) as listener:
        until(lambda: listener.heard)
        assert transport.publish(FEATURES, b"marker")
        until(lambda: len(listener.heard) > 1)
        assert [heard.payload for heard in listener.heard] == [b"second", b"marker"]


def test_a_broker_that_reads_nothing_gets_no_queue(start: Start) -> None:
    port = free_port()
    with closing(hanging_broker(port)) as listening:
        transport = start(port)
        with greet(listening):
            assert transport.wait_connected(15)
            until(lambda: not transport.publish(FEATURES, b"x" * 60_000))


def test_stop_says_offline_and_is_quick_without_a_broker(start: Start) -> None:
    port = free_port()
    with make_broker(port), Listener(port) as listener:
        transport = start(port)
        assert transport.wait_connected(15)
        transport.stop(OFFLINE)
        assert listener.wait_state("offline")["reason"] == "stopped"
    start(port).stop(OFFLINE)
