"""The match queue on Redis: lists that are pushed by one Lua script, and its channel."""

from services.adapters.redis_queue.queue import CHANNEL, RedisQueue, follow, record_id

__all__ = ["CHANNEL", "RedisQueue", "follow", "record_id"]
