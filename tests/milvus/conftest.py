"""A Milvus server for all tests of this folder."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from services.adapters.milvus_index import MilvusServer
from tests.milvus.lite import lite_server
from tests.servers import Server

_names = itertools.count(1)


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    server = lite_server(tmp_path_factory.mktemp("milvus") / "data")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def client(milvus: Server) -> MilvusServer:
    """Calls to it, which a busy machine may answer late."""
    return MilvusServer(milvus.url, timeout_s=30)


@pytest.fixture
def name() -> str:
    """The name of an index that no other test has."""
    return f"shop_{next(_names)}"
