"""Counts of what a client of Redis sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis


@contextmanager
def counted_trips(client: redis.Redis) -> Iterator[list[int]]:
    """The round trips of a client, each with its bytes: what is sent at once is one."""
    pool, trips = client.connection_pool, list[int]()
    usual = pool.connection_class

    class Counting(usual):  # type: ignore[misc, valid-type]
        """Notes the bytes of each trip."""

        def send_packed_command(self, command: Any, check_health: bool = True) -> None:
            trips.append(sum(map(len, [command] if isinstance(command, bytes) else command)))
            super().send_packed_command(command, check_health)

    pool.disconnect()
    pool.reset()
    pool.connection_class = Counting
    client.ping()  # a new connection has trips of its own
    trips.clear()
    yield trips
    pool.connection_class = usual
