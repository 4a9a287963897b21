"""Fixtures that tests of several folders share."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import aws
from tests.servers import Server
from tests.system.stack import running


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[Server]:
    """An AWS that tests share and must not kill."""
    with aws.emulator() as server:
        yield server


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an ended system with the samples, for others to begin with a copy of.

    All workers share it: an import takes half a minute of CPU.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "imported"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            with running(folder, settings={"LOOKALIKE_SOURCE": "none"}):
                pass
            (folder / "complete").touch()
    return folder / "data"
