"""Fixtures of the tests with a double of a Greengrass nucleus."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.greengrass.component import Component, allowing
from tests.greengrass.core import MemoryCore
from tests.greengrass.ipc_connection import Nucleus
from tests.greengrass.ipc_double import IpcDouble


@pytest.fixture
def core() -> MemoryCore:
    """A broker in memory, in AWS IoT Core's place."""
    return MemoryCore()


@pytest.fixture(params=["classic", "lite"])
def double(request: pytest.FixtureRequest, core: MemoryCore) -> Iterator[IpcDouble]:
    """A running nucleus whose component may use the topics of its thing."""
    component = Component(configuration=allowing("lookalike/cam-1/#"))
    # Not pytest's folder: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory() as folder:
        made = IpcDouble(Path(folder) / "ipc", Nucleus(component, core, lite=request.param == "lite"))
        with made:
            yield made
