"""The kinds of Redis on which the suites run: by itself, in cluster mode, and that by TLS with a user."""

from dataclasses import dataclass

import redis

from services.adapters.redis_queue import Keys, RedisQueue
from services.bootstrap.redis import connect_redis
from tests.certificates import Authority

KINDS = ("single", "cluster", "tls")


def tls_address(port: int, authority: Authority) -> str:
    """The address of a Redis behind a front, for its user `me`."""
    return f"rediss://me:sesame@127.0.0.1:{port}?ssl_ca_certs={authority.certificate}"


@dataclass(frozen=True)
class RedisPlace:
    """A Redis: its address, a client of our own, and the names of our keys."""

    url: str
    client: redis.Redis
    keys: Keys

    @classmethod
    def at(cls, url: str, *, cluster: bool = False) -> "RedisPlace":
        """A place of which only the address is known."""
        return cls(url, connect_redis(url, cluster=cluster), Keys(one_slot=cluster))

    def queue(self, *, keep: int = 600, keep_each: int = 100) -> RedisQueue:
        """The queue there."""
        return RedisQueue(self.client, keys=self.keys, keep=keep, keep_each=keep_each)

    def again(self) -> "RedisPlace":
        """The same place with another client."""
        return RedisPlace.at(self.url, cluster=self.keys.one_slot)
