"""A Redis in cluster mode: one slot for all keys, and a client that follows that slot from node to node."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
import redis
from redis.exceptions import MovedError

from services.adapters.redis_queue import Keys, RedisQueue
from services.bootstrap.redis import connect_redis
from services.core.errors import InputError, UnavailableError
from services.core.records import MatchRecord
from tests import servers
from tests.adapters.redis_kinds import RedisPlace, tls_address
from tests.certificates import Authority
from tests.fakes import make_observation, make_record
from tests.servers import Server, takes_keys, until
from tests.tls_front import tls_front

SLOTS = (0, 16383)


def seen(seq: int) -> MatchRecord:
    return make_record(make_observation(seq=seq))


class Node:
    """A node of a cluster, with its owner's connection."""

    def __init__(self, server: Server, owner: redis.Redis) -> None:
        self.server, self.owner = server, owner

    def run(self, *command: object) -> object:
        return self.owner.execute_command(*command)  # type: ignore[no-untyped-call]

    def named_port(self) -> int | None:
        """The port of the other node, if that has the slots and this one knows it."""
        try:
            self.owner.exists("any")
        except redis.RedisError as error:
            return error.port if isinstance(error, MovedError) else None
        return None


@pytest.fixture
def nodes() -> Iterator[tuple[Node, Node]]:
    """Two nodes of a cluster, of which the second has all slots."""
    with ExitStack() as opened:

        def node(*, alone: bool) -> Node:
            server = opened.enter_context(servers.cluster_node(alone=alone))
            return Node(server, opened.enter_context(redis.Redis.from_url(server.url)))

        first, second = node(alone=False), node(alone=True)
        bus = int(second.owner.config_get("cluster-port")["cluster-port"] or 0)
        first.run("CLUSTER MEET", "127.0.0.1", second.server.port, bus)
        until(first.named_port, what="the first node knows the second")
        yield first, second


@contextmanager
def by_tls(node: Node, authority: Authority) -> Iterator[str]:
    """The address of a node by TLS, which the node names as its own, too."""
    node.owner.acl_setuser(
        "me", enabled=True, passwords="+sesame", commands=["+@all"], keys="*", channels="*"
    )
    with tls_front(node.server.port, authority.sign("node")) as port:
        node.owner.config_set("cluster-announce-port", port)
        yield tls_address(port, authority)


def test_the_queue_follows_its_slot_to_another_node(nodes: tuple[Node, Node], authority: Authority) -> None:
    first, second = nodes
    with by_tls(first, authority) as url, by_tls(second, authority) as other:
        until(lambda: first.named_port() == urlsplit(other).port, what="the first node knows the new port")
        follow_the_slot(first, second, RedisPlace.at(url, cluster=True))


def follow_the_slot(first: Node, second: Node, place: RedisPlace) -> None:
    with place.client, place.client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
        channel.subscribe("matches")
        channel.get_message(timeout=5)
        queue = place.queue()
        assert queue.push(seen(1)) is not None
        assert second.owner.llen("stack:matches") == 1
        # A node tells the others what is published on it.
        until(lambda: channel.get_message(timeout=0.1), what="a record on the first node's channel")
        second.owner.flushall()
        for each in (second, first):
            slot, name = each.run("CLUSTER KEYSLOT", "stack:matches"), first.run("CLUSTER MYID")
            each.run("CLUSTER SETSLOT", slot, "NODE", name)
        queue.note_clock("cam-1", offset_s=60.0)
        assert queue.push(seen(2)) is not None
        assert first.owner.llen("stack:matches") == 1


def test_when_a_node_is_lost_the_given_address_says_who_took_its_place(nodes: tuple[Node, Node]) -> None:
    first, second = nodes
    place = RedisPlace.at(first.server.url, cluster=True)
    with place.client:
        queue = place.queue()
        assert queue.push(seen(1)) is not None
        second.server.kill()
        with pytest.raises(UnavailableError):
            queue.push(seen(2))
        first.run("CLUSTER DELSLOTSRANGE", *SLOTS)
        first.run("CLUSTER ADDSLOTSRANGE", *SLOTS)
        first.run("CONFIG SET", "cluster-require-full-coverage", "no")
        until(lambda: takes_keys(first.owner), what="the first node takes keys")
        until(lambda: pushes(queue, seen(3)), what="a push goes to the first node")
        assert first.owner.llen("stack:matches") == 1


def pushes(queue: RedisQueue, record: MatchRecord) -> bool:
    try:
        return queue.push(record) is not None
    except UnavailableError:
        return False


def test_without_the_setting_a_cluster_is_refused_with_the_settings_name(shared_cluster: Server) -> None:
    with connect_redis(shared_cluster.url) as client, pytest.raises(UnavailableError) as caught:
        RedisQueue(client).push(seen(1))
    assert "set LOOKALIKE_REDIS_CLUSTER=1" in str(caught.value)


@pytest.mark.parametrize("url", ["unix:///run/redis.sock", "redis://h/1", "rediss://u:p@h?db=2"])
def test_sockets_and_databases_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="in cluster mode has neither a socket nor databases"):
        connect_redis(url, cluster=True)


@pytest.mark.parametrize("thing", ["votes:cam-1", "stack:id", "cam-1"])
def test_whatever_a_camera_is_called_its_list_is_no_other_key(thing: str) -> None:
    keys = Keys(one_slot=True)
    assert keys.matches(thing) not in {keys.of(name) for name in ("votes:cam-1", "stack:id", "camera:cam-1")}
