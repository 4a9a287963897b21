"""The causes of failed calls to Redis, in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from services.core.errors import UnavailableError

_NO_RIGHT = "its user lacks a right that we need (ACL): reads, writes, scripts, or the channel `matches`"
_CLUSTER = "it is in cluster mode: set LOOKALIKE_REDIS_CLUSTER=1"
# Parts of the texts of Redis and of its client.
_CAUSES = {
    "command not allowed when used memory": (
        "it is full (maxmemory) and refuses writes; raise maxmemory, or set maxmemory-policy to allkeys-lru"
    ),
    "against a read only replica": (
        "it is a read-only replica and refuses writes; give the address of its primary"
    ),
    "with MASTER is down": "it is a replica that has lost its primary; give the address of the primary",
    "MISCONF": "it can't save to its disk and refuses writes; see its log",
    "NOREPLICAS": "too few of its replicas are connected, so it refuses writes",
    "can't run this command": _NO_RIGHT,
    "has no permissions": _NO_RIGHT,
    "Redis is busy running a script": "it is busy with a script, of another program; SCRIPT KILL ends that",
    "loading the dataset": "it is reading its data from the disk, after a start",
    "Protocol Error": "what answers at the address is no Redis",
    "WRONGTYPE": "WRONGTYPE: one of our keys holds something else; does another program use this database?",
    "HELLO must be called": "it demands a password: give it in LOOKALIKE_REDIS_URL",
    "NOAUTH": "it demands a password: give it in LOOKALIKE_REDIS_URL",
    "Authentication required": "it demands a password: give it in LOOKALIKE_REDIS_URL",
    "WRONGPASS": "it refuses user or password",
    "invalid username-password pair": "it refuses user or password",
    "Timeout reading": "no answer in time; it hangs, or is overloaded",
    "Timeout connecting": "no answer in time; is the address right?",
    "hash to the same slot": _CLUSTER,
    "MOVED ": _CLUSTER,
    "CLUSTERDOWN": "its cluster lacks a node, and answers nothing until it is back",
    "TRYAGAIN": "it is moving our keys to another node",
    "ASK ": "it is moving our keys to another node",
    "CERTIFICATE_VERIFY_FAILED": (
        "its certificate is not trusted here; name the file of its authority behind the address: "
        "?ssl_ca_certs=FILE"
    ),
    "max number of clients": "it takes no more clients (maxclients)",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise an UnavailableError in words for an error of Redis or its client."""
    try:
        yield
    except redis.RedisError as error:
        raise UnavailableError(f"Redis: {in_words(error)}") from error


def in_words(error: Exception) -> str:
    """The cause of a failed call, and what to do about it."""
    text = str(error)
    return next((words for mark, words in _CAUSES.items() if mark in text), text)
