"""A Redis, and the settings of functions with a catalogue of two items."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.core.domain import Item
from tests.lambdas.function import environment, stock
from tests.servers import redis_server


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
