"""Fixtures of the edge's tests: a broker, a listener on it, a model file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from common.mqtt_broker import describe_broker
from edge.link.mqtt import MqttLink
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
    """A client that receives everything."""
    with MqttListener(broker_port) as listening:
        yield listening


@pytest.fixture
def camera() -> FakeCamera:
    """A camera without frames."""
    return FakeCamera()


@pytest.fixture
def publisher() -> FakePublisher:
    """A publisher that keeps all messages."""
    return FakePublisher()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model file."""
    return write_model(tmp_path_factory.mktemp("model") / "means.onnx")


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a connection to a port of this machine; it is stopped at the end."""
    started: list[MqttLink] = []

    def make(
        port: int,
        *,
        user: str = "",
        scheme: str = "mqtt",
        on_connect: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> MqttLink:
        broker = describe_broker(f"{scheme}://{user}127.0.0.1:{port}")
        link = MqttLink(broker, "cam-1", **options)
        link.start(on_connect)
        started.append(link)
        return link

    yield make
    for link in started:
        link.stop(OFFLINE)
