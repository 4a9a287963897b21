"""Real servers for the suites of the adapters; each test starts with an empty Redis."""

from collections.abc import Iterator

import pytest
import redis

from tests import servers
from tests.servers import Server


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[Server]:
    """A Redis that no test may kill."""
    with servers.redis_server() as server:
        yield server


@pytest.fixture
def client(shared_redis: Server) -> Iterator[redis.Redis]:
    """A client of an empty Redis."""
    with redis.Redis.from_url(shared_redis.url, decode_responses=True) as connected:
        connected.flushall()
        yield connected


@pytest.fixture
def mortal_redis() -> Iterator[Server]:
    """A Redis to be killed."""
    with servers.redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_broker() -> Iterator[Server]:
    """A broker that no test may kill."""
    with servers.broker() as server:
        yield server


@pytest.fixture
def mortal_broker() -> Iterator[Server]:
    """A broker to be killed."""
    with servers.broker() as server:
        yield server
