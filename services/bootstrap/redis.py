"""The clients of Redis."""

from __future__ import annotations

from collections.abc import Callable

import redis

from services.adapters.redis_queue import Keys, RedisQueue, cluster_client, single_client
from services.bootstrap.settings import QueueSettings
from services.core.errors import InputError


def connect_redis(url: str, *, cluster: bool = False) -> redis.Redis:
    """A client with short time limits, as a frame is not worth a wait.

    Raises InputError, without any of the address, for one that the client can't use.
    """
    make = cluster_client if cluster else single_client
    try:
        client = make(url, decode_responses=True, socket_timeout=2, socket_connect_timeout=2)
        client.connection_pool.make_connection()  # which connects nothing, but reads all parameters
    except (ValueError, TypeError):
        raise InputError("LOOKALIKE_REDIS_URL: a parameter behind `?` that redis-py does not know") from None
    return client


def open_queue(
    settings: QueueSettings, *, url: str = "", on_foreign: Callable[[int], object] | None = None
) -> RedisQueue:
    """The match queue, of another address if one is given; nothing is connected yet. Raises InputError."""
    client = connect_redis(url or settings.redis_url, cluster=settings.redis_cluster)
    return RedisQueue(client, keys=keys_of(settings), on_foreign=on_foreign)


def keys_of(settings: QueueSettings) -> Keys:
    """The names of the keys there."""
    return Keys(one_slot=settings.redis_cluster)
