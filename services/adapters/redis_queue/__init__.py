"""The match queue on Redis: lists that are pushed by one Lua script, and its channel."""

from services.adapters.redis_queue.channel import CHANNEL, SILENT_S, follow
from services.adapters.redis_queue.cluster import cluster_client
from services.adapters.redis_queue.foreign import record_id
from services.adapters.redis_queue.keys import KEYS, Keys
from services.adapters.redis_queue.pool import single_client
from services.adapters.redis_queue.queue import RedisQueue

__all__ = [
    "CHANNEL",
    "KEYS",
    "SILENT_S",
    "Keys",
    "RedisQueue",
    "cluster_client",
    "follow",
    "record_id",
    "single_client",
]
