"""Connections to Redis over a pause: a network may have forgotten them, and tells neither end."""

from collections.abc import Callable

import pytest
import redis

from services.adapters.redis_queue.pool import IDLE_S, FreshPool
from tests.adapters.redis_kinds import RedisPlace
from tests.fakes import FakeClock
from tests.servers import Server


def connections(server: Server) -> int:
    """The number of connections that a server has ever taken."""
    with redis.Redis.from_url(server.url) as owner:
        return int(owner.info("stats")["total_connections_received"])


def test_after_a_pause_a_new_connection_is_made_and_in_between_none(shared_redis: Server) -> None:
    clock = FakeClock()
    pool = FreshPool.from_url(shared_redis.url, clock=clock)
    with redis.Redis.from_pool(pool) as client:
        client.ping()
        taken = connections(shared_redis)
        for pause_s, made in ((IDLE_S, 0), (IDLE_S + 1, 1), (1, 0), (-3600, 1), (0, 0)):
            clock.now_s += pause_s
            client.ping()
            # Each count takes a connection of its own.
            assert connections(shared_redis) - taken - 1 == made, pause_s
            taken = connections(shared_redis)


def test_a_subscription_outlasts_the_pauses_of_other_commands(shared_redis: Server) -> None:
    clock = FakeClock()
    client = redis.Redis.from_pool(FreshPool.from_url(shared_redis.url, clock=clock))
    with client, client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]
        channel.subscribe("news")
        channel.get_message(timeout=5)
        clock.now_s += IDLE_S + 1
        client.publish("news", "x")
        assert channel.get_message(timeout=5)["data"] == b"x"


@pytest.mark.parametrize("kind", ["single", "cluster"])
def test_each_client_of_ours_has_such_connections(redis_of: Callable[[str], RedisPlace], kind: str) -> None:
    assert isinstance(redis_of(kind).client.connection_pool, FreshPool)
