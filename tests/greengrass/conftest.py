"""Fixtures of the tests with a double of a Greengrass nucleus."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.edge.artefact import build
from tests.greengrass.component import Component, allowing
from tests.greengrass.core import MemoryCore
from tests.greengrass.device import Device, docker
from tests.greengrass.installing import nucleus_installs, user_installs
from tests.greengrass.ipc_connection import Nucleus
from tests.greengrass.ipc_double import IpcDouble
from tests.system.stack import Stack, running


@pytest.fixture
def core() -> MemoryCore:
    """A broker in memory, in AWS IoT Core's place."""
    return MemoryCore()


@pytest.fixture(params=["classic", "lite"])
def double(request: pytest.FixtureRequest, core: MemoryCore) -> Iterator[IpcDouble]:
    """A running nucleus whose component may use the topics of its thing, and a rule."""
    rule = "$aws/rules/shop_features/lookalike/cam-1/features"
    component = Component(configuration=allowing("lookalike/cam-1/#", rule))
    # Not pytest's folder: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory() as folder:
        made = IpcDouble(Path(folder) / "ipc", Nucleus(component, core, lite=request.param == "lite"))
        with made:
            yield made


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without a camera of its own; it answers late observations, too, as of a busy machine."""
    settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_MAX_AGE_S": "60"}
    with running(tmp_path_factory.mktemp("stack"), settings=settings) as made:
        made.wait_loaded()
        yield made


@pytest.fixture(scope="session")
def sockets() -> Iterator[Path]:
    """A folder for the sockets of nuclei, whose paths have to be short."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def device(stack: Stack, sockets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Device]:
    """A device on which the edge is installed as a component and as a service; then it has no network."""
    artefact, _ = build(tmp_path_factory.mktemp("artefact"), model="balanced")
    with Device("--volume", f"{sockets}:/ipc") as made:
        began_s = time.monotonic()
        print(nucleus_installs(made, artefact))
        docker("network", "disconnect", "bridge", made.name)
        installed_s = time.monotonic()
        print(user_installs(made, artefact, stack.address("broker")))
        print(
            f"component in {installed_s - began_s:.1f} s, service in {time.monotonic() - installed_s:.1f} s"
        )
        yield made
