"""The ages of match records when they come from Redis."""

from __future__ import annotations

import threading
import time
from typing import Any, Self

import redis

from common.compact_json import read_message
from common.wire import from_iso

CHANNEL = "matches"


class RecordAges:
    """Within a `with`, takes all new records off their channel; `ms` are their observations' ages then."""

    def __init__(self, redis_url: str) -> None:
        self.ms: list[float] = []
        client: Any = redis.Redis.from_url(redis_url)
        self._heard = client.pubsub()
        self._heard.subscribe(CHANNEL)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="ages")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._heard.close()

    def _listen(self) -> None:
        while not self._is_over.is_set():
            message: Any = self._heard.get_message(timeout=0.1)
            if message is not None and message["type"] == "message":
                came_s = time.time()
                self.ms.append((came_s - from_iso(read_message(message["data"])["captured_at"])) * 1000)
