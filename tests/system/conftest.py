"""Shared systems: one with the sample catalogue and clip, for tests that only read, and others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.servers import Server
from tests.system import single
from tests.system.played import PlayedCamera, keyed_stack
from tests.system.record import MatchRecorder
from tests.system.stack import Stack, newest_records, running

# Nothing listens there: our own processes must reach each other without it.
DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def folder(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of that system's samples and log."""
    folder = tmp_path_factory.mktemp("system")
    shutil.copytree(imported, folder / "data")
    return folder


@pytest.fixture(scope="module")
def stack(folder: Path) -> Iterator[Stack]:
    """The system as a newcomer starts it, with its first match.

    For one module: its camera takes half a core.
    """
    with running(folder, settings={}) as started:
        newest_records(started, 1)
        yield started


@pytest.fixture(scope="module")
def samples(folder: Path) -> Iterator[Stack]:
    """The same without a camera; not for a module that uses the other, as they share the folder."""
    with running(folder, settings={"LOOKALIKE_SOURCE": "none"}) as started:
        started.wait_loaded()
        yield started


@pytest.fixture(scope="module")
def recorder(stack: Stack) -> Iterator[MatchRecorder]:
    """Every match record since the first."""
    with MatchRecorder(stack.page) as recording:
        yield recording


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without samples and camera, for tests that write, beside a dead proxy."""
    settings = {
        "LOOKALIKE_SAMPLES": "0",
        "LOOKALIKE_SOURCE": "none",
        "HTTP_PROXY": DEAD_PROXY,
        "ALL_PROXY": DEAD_PROXY,
    }
    with running(tmp_path_factory.mktemp("empty"), settings=settings) as started:
        started.wait_loaded()
        yield started


@pytest.fixture
def bowl(empty: Stack) -> Iterator[dict[str, Any]]:
    """An item with a picture of its own, deleted at the end."""
    item = single.add(empty, 300, id="bowl 1", title="A bowl", link="https://shop.example/1", colour="blue")
    yield item
    empty.client.delete(single.path("bowl 1"))


@pytest.fixture(scope="module")
def broker() -> Iterator[Server]:
    """A broker that the system did not start."""
    with servers.broker() as server:
        yield server


@pytest.fixture(scope="module")
def keyed(broker: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system whose cameras the tests play."""
    with keyed_stack(tmp_path_factory.mktemp("played"), broker) as started:
        yield started


@pytest.fixture
def camera(keyed: Stack) -> Iterator[PlayedCamera]:
    """A camera that is online."""
    with PlayedCamera(keyed) as played:
        played.say("online")
        yield played
