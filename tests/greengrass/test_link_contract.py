"""The contract of a link (tests/edge/link/test_link_contract.py), on Greengrass IPC with the real SDK."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.link.greengrass import greengrass_links
from edge.link.links import find_nucleus
from tests.edge.link import test_link_contract as contract
from tests.edge.link.worlds import World
from tests.greengrass.component import Component, allowing
from tests.greengrass.core import MemoryCore
from tests.greengrass.ipc_connection import Nucleus
from tests.greengrass.ipc_double import IpcDouble

globals().update({name: each for name, each in vars(contract).items() if name.startswith("test_")})
opened = contract.opened


class GreengrassWorld:
    """The double of a nucleus, with a broker in memory behind it."""

    def __init__(self, folder: Path) -> None:
        self._core = MemoryCore()
        self._double = IpcDouble(folder / "ipc", Nucleus(Component(configuration=allowing("#")), self._core))
        nucleus = find_nucleus(self._double.environ)
        assert nucleus is not None
        self.nucleus = nucleus
        self.open_link = greengrass_links(nucleus)
        self.start, self.stop, self.send = self._double.start, self._double.stop, self._core.send

    def heard(self, topic: str) -> list[bytes]:
        return [payload for name, payload in self._core.heard if name == topic]

    def keeps(self, topic: str, payload: bytes) -> bool:
        return self._core.kept.get(topic) == payload


@pytest.fixture
def world() -> Iterator[World]:
    """A running nucleus, stopped at the end."""
    with tempfile.TemporaryDirectory() as folder:
        made = GreengrassWorld(Path(folder))
        made.start()
        yield made
        made.nucleus.stop()
        made.stop()
