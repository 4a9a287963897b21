"""Who sends which delivery to the webhook: claims that outlast a process, and that all processes see."""

from __future__ import annotations

import redis

from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys

# A match is live for seconds, and a showing for hours.
CLAIMED_S = 86_400


class RedisDeliveryClaims:
    """DeliveryClaims in Redis: a key each, gone after a day."""

    def __init__(self, client: redis.Redis, *, keys: Keys = KEYS) -> None:
        self._client, self._keys = client, keys

    def claim(self, delivery_id: str, /) -> bool:
        """Claim a delivery; False if it has been claimed already."""
        with translated():
            return bool(self._client.set(self._key(delivery_id), 1, nx=True, ex=CLAIMED_S))

    def release(self, delivery_id: str, /) -> None:
        """Give a claim back."""
        with translated():
            self._client.delete(self._key(delivery_id))

    def _key(self, delivery_id: str) -> str:
        return self._keys.of(f"delivery:{delivery_id}")
