"""A Redis, an emulated AWS, and the settings of functions with a catalogue of two items."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.core.domain import Item
from tests.edge.kit import write_model
from tests.lambdas.function import Aws, environment, on_aws_at, stock
from tests.servers import Server, redis_server

if TYPE_CHECKING:
    from services.lambdas.api import ApiFunction


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A host sets up the log of its process, which is the tests' own here."""
    root = logging.getLogger()
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture
def items(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> list[Item]:
    """The items of the store that the settings name."""
    for name, value in environment(tmp_path, redis_url).items():
        monkeypatch.setenv(name, value)
    return stock(tmp_path, "mug", "bowl")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model, which finds a thing in the middle."""
    return write_model(tmp_path_factory.mktemp("model") / "means.onnx", box=(0.1, 0.1, 0.8, 0.8))


@pytest.fixture(scope="module")
def on_aws(
    shared_aws: Server, redis_url: str, model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Aws]:
    """The settings of functions whose stores, queue and cameras are on AWS, for a module's tests."""
    with on_aws_at(shared_aws.url, redis_url, model, tmp_path_factory.mktemp("function")) as ready:
        yield ready


@pytest.fixture(scope="module")
def function(on_aws: Aws) -> Iterator[ApiFunction]:
    """An api function."""
    assert on_aws
    # Late: the other functions need less.
    from services.bootstrap.lambdas.api import api_parts
    from services.lambdas.api import ApiFunction

    with closing(ApiFunction(api_parts())) as made:
        yield made
