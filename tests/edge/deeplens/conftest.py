"""A host for the device modules."""

from collections.abc import Iterator

import pytest

from edge.deeplens import device_host
from tests.edge.fakes import FakeCamera, FakePublisher

device_host.add_device_modules()  # as `python -m edge.emulator` does, before a test imports awscam


@pytest.fixture
def host(camera: FakeCamera, publisher: FakePublisher) -> Iterator[device_host.Host]:
    """The device modules' host, with that camera and publisher."""
    connected = device_host.Host(camera=camera, publisher=publisher)
    device_host.connect(connected)
    yield connected
    device_host.disconnect()
