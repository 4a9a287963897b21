"""Real servers for the suites of the adapters; each test starts with an empty Redis."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import redis

from services.adapters.dynamodb_history.layout import create_table as create_history_table
from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.layout import create_table
from services.adapters.sqlite_items import SqliteItems
from services.core.ports import ItemStore
from tests import aws, servers
from tests.adapters.redis_kinds import KINDS, RedisPlace, tls_address
from tests.certificates import Authority
from tests.fakes import FakeItems
from tests.servers import Server
from tests.tls_front import tls_front

_numbers = itertools.count()


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[Server]:
    """A Redis that tests share and must not kill."""
    with servers.redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_cluster() -> Iterator[Server]:
    """A Redis in cluster mode that tests share and must not kill."""
    with servers.cluster_node() as server:
        yield server


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that nobody else trusts."""
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def tls_url(shared_cluster: Server, authority: Authority) -> Iterator[str]:
    """The Redis in cluster mode by TLS, with a user who may touch our keys alone: as on ElastiCache."""
    with redis.Redis.from_url(shared_cluster.url) as owner:
        owner.acl_setuser(
            "me",
            enabled=True,
            passwords="+sesame",
            commands=["+@all", "-@admin", "-@dangerous"],
            keys=["stack:matches", "{stack:matches}*"],
            channels=["matches", "stack:check"],
        )
    with tls_front(shared_cluster.port, authority.sign("redis")) as port:
        yield tls_address(port, authority)


@pytest.fixture
def redis_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str], RedisPlace]]:
    """Gives an empty Redis of a kind."""
    with ExitStack() as clients:

        def place(kind: str) -> RedisPlace:
            cluster = kind != "single"
            server: Server = request.getfixturevalue("shared_cluster" if cluster else "shared_redis")
            url = request.getfixturevalue("tls_url") if kind == "tls" else server.url
            with redis.Redis.from_url(server.url) as owner:
                owner.flushall()
            made = RedisPlace.at(url, cluster=cluster)
            clients.enter_context(made.client)
            return made

        yield place


@pytest.fixture(params=KINDS)
def redis_place(request: pytest.FixtureRequest, redis_of: Callable[[str], RedisPlace]) -> RedisPlace:
    """An empty Redis of each kind."""
    return redis_of(request.param)


@pytest.fixture
def mortal_redis() -> Iterator[Server]:
    """A Redis that the test may kill."""
    with servers.redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_broker() -> Iterator[Server]:
    """A broker that tests share and must not kill."""
    with servers.broker() as server:
        yield server


@pytest.fixture
def mortal_broker() -> Iterator[Server]:
    """A broker that the test may kill."""
    with servers.broker() as server:
        yield server


@pytest.fixture(scope="session")
def dynamodb(shared_aws: Server) -> Any:
    """A client of DynamoDB."""
    return aws.client("dynamodb", shared_aws.url)


@pytest.fixture
def table(dynamodb: Any) -> str:
    """The name of an empty table."""
    name = f"items-{next(_numbers)}"
    create_table(dynamodb, name)
    return name


@pytest.fixture
def history_table(dynamodb: Any) -> str:
    """The name of an empty table of the history."""
    name = f"history-{next(_numbers)}"
    create_history_table(dynamodb, name)
    return name


@pytest.fixture
def dynamo(dynamodb: Any, table: str) -> DynamoItems:
    """An empty store in DynamoDB."""
    return DynamoItems(dynamodb, table)


@pytest.fixture
def others(shared_aws: Server, table: str) -> DynamoItems:
    """A second client of the same store."""
    return DynamoItems(aws.client("dynamodb", shared_aws.url), table)


@pytest.fixture(scope="session")
def s3(shared_aws: Server) -> Any:
    """A client of S3."""
    return aws.client("s3", shared_aws.url)


@pytest.fixture
def bucket(s3: Any) -> str:
    """The name of an empty bucket."""
    name = f"pictures-{next(_numbers)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


@pytest.fixture(params=["fake", "sqlite", "dynamodb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemStore]:
    """An empty item store of each kind."""
    if request.param == "fake":
        yield FakeItems()
    elif request.param == "dynamodb":
        client = request.getfixturevalue("dynamodb")
        yield DynamoItems(client, request.getfixturevalue("table"))
    else:
        with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as items:
            yield items
