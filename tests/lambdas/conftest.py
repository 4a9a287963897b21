"""A Redis, an emulated AWS, and the settings of functions with a catalogue of two items."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from services.adapters.dynamodb_items.layout import create_table
from services.core.domain import Item
from tests import aws
from tests.edge.kit import write_model
from tests.lambdas.function import Aws, environment, iot_endpoint, stock
from tests.servers import Server, redis_server

if TYPE_CHECKING:
    from services.lambdas.api import ApiFunction

_numbers = itertools.count()


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
    number, s3 = next(_numbers), aws.client("s3", shared_aws.url)
    bucket, table = f"shop-{os.getpid()}-{number}", f"functions-{os.getpid()}-{number}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    create_table(aws.client("dynamodb", shared_aws.url), table)
    redis.Redis.from_url(redis_url).flushall()
    heard: list[tuple[str, bytes]] = []
    settings = {
        **environment(tmp_path_factory.mktemp("function"), redis_url),
        **aws.CREDENTIALS,
        # Whatever is signed with others, the emulator refuses.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": shared_aws.url,
        "LOOKALIKE_STORE": f"dynamodb://{table}",
        "LOOKALIKE_PICTURES": f"s3://{bucket}/pictures",
        "LOOKALIKE_MODEL": str(model),
        "LOOKALIKE_FOLLOW_S": "0",
        # Of the emulator on this machine.
        "LOOKALIKE_FETCH_PRIVATE": "1",
    }
    with pytest.MonkeyPatch.context() as patch, iot_endpoint(heard) as endpoint:
        for name, value in (settings | {"LOOKALIKE_IOT_ENDPOINT": endpoint}).items():
            patch.setenv(name, value)
        yield Aws(s3, bucket, table, heard)


@pytest.fixture(scope="module")
def function(on_aws: Aws) -> Iterator[ApiFunction]:
    """An api function."""
    assert on_aws
    # Late: the other functions need less.
    from services.bootstrap.lambdas.api import api_parts
    from services.lambdas.api import ApiFunction

    with closing(ApiFunction(api_parts())) as made:
        yield made
