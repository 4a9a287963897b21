"""Fixtures of the edge's tests: a broker, a listener on it, a model file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge import host
from edge.host import add_device_modules
from tests.edge.fakes import FakeCamera, FakeTransport
from tests.edge.kit import Listener, make_broker, write_model
from tests.servers import free_port

add_device_modules()  # as `python -m edge` does, before a test imports awscam


@pytest.fixture
def broker_port() -> Iterator[int]:
    """The port of a running broker."""
    with make_broker(free_port()) as broker:
        yield broker.port


@pytest.fixture
def listener(broker_port: int) -> Iterator[Listener]:
    """A client that hears all."""
    with Listener(broker_port) as listening:
        yield listening


@pytest.fixture
def camera() -> FakeCamera:
    """A camera without frames."""
    return FakeCamera()


@pytest.fixture
def transport(camera: FakeCamera) -> Iterator[FakeTransport]:
    """What the device modules publish to, on a host with that camera."""
    sending = FakeTransport()
    host.connect(host.Host(camera=camera, transport=sending))
    yield sending
    host.disconnect()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model file."""
    return write_model(tmp_path_factory.mktemp("model") / "means.onnx")
