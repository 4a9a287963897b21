"""A client of a Redis in cluster mode, whose keys of ours are all in one slot.

The cluster's own client of redis-py refuses EVALSHA in a pipeline and connects when it is made. With one slot
there is one node to talk to, so that the usual client serves, once its connections go to that node.
"""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import MovedError
from redis.retry import Retry

from services.adapters.redis_queue.pool import FreshPool
from services.core.errors import InputError


class _Node:
    """The node that has our slot, as the cluster's last answer named it; at first the given address."""

    def __init__(self, host: str, port: int) -> None:
        self.given = self.now = host, port


class _MovedError(redis.ConnectionError):
    """Our slot is on another node, which the next connection goes to."""


# A node that is asked before it knows of a move can name the one that had the slot before.
_RETRY = Retry(NoBackoff(), 2, supported_errors=(_MovedError,))


class _ToOurNode(redis.Connection):
    """A connection to the node that has our slot, wherever that is by now."""

    def __init__(self, *, node: _Node, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self._node = node

    def _connect(self) -> Any:
        self.host, self.port = self._node.now
        try:
            return super()._connect()  # type: ignore[no-untyped-call]
        except OSError:
            # A node that is gone can't say who took its place; another one can.
            self._node.now = self._node.given
            raise

    def read_response(self, *args: Any, **options: Any) -> Any:
        """The next answer; "moved" becomes a lost connection, so that the client asks again on another."""
        try:
            return super().read_response(*args, **options)
        except MovedError as moved:
            self._node.now = moved.host or self.host, moved.port
            self.disconnect()  # type: ignore[no-untyped-call]
            raise _MovedError(f"its keys have moved to another node ({moved})") from None


class _ToOurNodeByTls(_ToOurNode, redis.SSLConnection):
    """The same by TLS."""


def cluster_client(url: str, **options: Any) -> redis.Redis:
    """A client for the address of any node of a cluster, or of all of them; nothing is connected yet.

    Raises InputError for a socket or a database, ValueError or TypeError for unknown parameters.
    """
    pool = FreshPool.from_url(url, retry=_RETRY, **options)
    given = pool.connection_kwargs
    if "path" in given or given.get("db"):
        raise InputError(
            "LOOKALIKE_REDIS_URL: a Redis in cluster mode has neither a socket nor databases with numbers; "
            "expected redis[s]://[[user]:password@]host[:port]"
        )
    given["node"] = _Node(given.get("host", "localhost"), given.get("port", 6379))
    tls = issubclass(pool.connection_class, redis.SSLConnection)
    pool.connection_class = _ToOurNodeByTls if tls else _ToOurNode
    return redis.Redis.from_pool(pool)
