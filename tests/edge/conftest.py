"""Fixtures of the edge's tests: a broker, a listener on it, a model file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.link.mqtt import MqttTransport
from tests.edge.fakes import FakeCamera, FakePublisher
from tests.edge.kit import MqttListener, make_broker, write_model
from tests.edge.link.lines import OFFLINE, Start
from tests.servers import free_port


@pytest.fixture
def broker_port() -> Iterator[int]:
    """The port of a running broker."""
    with make_broker(free_port()) as broker:
        yield broker.port


@pytest.fixture
def listener(broker_port: int) -> Iterator[MqttListener]:
    """A client that hears all."""
    with MqttListener(broker_port) as listening:
        yield listening


@pytest.fixture
def camera() -> FakeCamera:
    """A camera without frames."""
    return FakeCamera()


@pytest.fixture
def publisher() -> FakePublisher:
    """A publisher that keeps all."""
    return FakePublisher()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model file."""
    return write_model(tmp_path_factory.mktemp("model") / "means.onnx")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a connection to a port of this machine; it is stopped at the end."""
    started: list[MqttTransport] = []

    def make(
        port: int,
        *,
        user: str = "",
        scheme: str = "mqtt",
        on_connect: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> MqttTransport:
        transport = MqttTransport(f"{scheme}://{user}127.0.0.1:{port}", thing="cam-1", **options)
        transport.start(on_connect)
        started.append(transport)
        return transport

    yield make
    for transport in started:
        transport.stop(OFFLINE)
