"""Tests of the containers: `make test-compose` runs them, with a Docker engine."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.project import Project, project
from tests.compose.recorder import MqttRecorder
from tests.system.pictures import write_pictures
from tests.system.stack import eventually


@pytest.fixture(scope="session", autouse=True)
def images(tmp_path_factory: pytest.TempPathFactory) -> float:
    """All images, built as a user builds them; the value is the build time in seconds."""
    began_s = time.monotonic()
    Project(tmp_path_factory.mktemp("images")).compose("--profile", "aws", "build")
    return time.monotonic() - began_s


@pytest.fixture(scope="session")
def stack(images: float, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The system as `docker compose up` starts it."""
    began_s = time.monotonic()
    with project(tmp_path_factory.mktemp("stack"), settings={}) as made:
        eventually(made.newest, within_s=90, why=made.logs)
        took_s = time.monotonic() - began_s
        print(f"images built in {images:.0f} s; first record {took_s:.1f} s after `up`")
        yield made


@pytest.fixture(scope="session")
def recorder(stack: Project) -> Iterator[MqttRecorder]:
    """A recorder of every match record that the page hears, whichever container is killed meanwhile."""
    with MqttRecorder(stack.page) as recording:
        yield recording


@pytest.fixture(scope="session")
def samples(stack: Project) -> float:
    """The moment from which all samples can be found."""
    eventually(lambda: stack.state("samples")["State"]["Status"] == "exited", within_s=180, why=stack.logs)
    assert stack.state("samples")["State"]["ExitCode"] == 0, stack.logs()
    return time.time()


@pytest.fixture
def folder_of_pictures(tmp_path: Path) -> str:
    """A folder with two pictures that every user may read."""
    folder = tmp_path / "shop"
    write_pictures(folder, ["red block.jpg", "blue block.jpg"])
    for each in (tmp_path, folder):
        each.chmod(0o755)
    return str(folder)


def pytest_sessionfinish() -> None:
    """Fail if a container was left running."""
    left = subprocess.run(
        ["docker", "ps", "-aq", "--filter", "name=lookalike-test-"], capture_output=True, text=True
    )
    assert not left.stdout.strip(), f"left behind: {left.stdout}"
