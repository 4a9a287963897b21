"""A well-behaved camera beside a flood: 2 frames a second, and the wait of each for its answer."""

from __future__ import annotations

import json
import secrets
import threading
import time
from types import TracebackType
from typing import Self

import redis

from common.mqtt_address import parse_mqtt_address
from common.wire import topic
from tests import flood

THING = "quiet"
EVERY_S = 0.5
# Often enough to measure waits in hundredths of a second.
_LOOK_S = 0.01


class QuietCamera:
    """Sends while entered; a frame is answered when a record of it, or of a later one, is in Redis."""

    def __init__(self, broker: str, store: redis.Redis, model: str) -> None:
        self._store, self._model, self._session = store, model, secrets.token_hex(4)
        self._link = flood.connect(parse_mqtt_address(broker))
        self._lock = threading.Lock()
        self._sent_s: dict[int, float] = {}
        self._waited_s: dict[int, float] = {}
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._send, self._look)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._link.close()

    def forget(self) -> None:
        """Begin again with the next frame."""
        with self._lock:
            self._sent_s.clear()
            self._waited_s.clear()

    def waits_s(self) -> list[float]:
        """The wait of each frame so far; of one without an answer the time since it was sent.

        A frame of the last moment, which may still be answered, does not count.
        """
        with self._lock:
            now_s = time.monotonic()
            due = {seq: now_s - sent_s for seq, sent_s in self._sent_s.items() if now_s - sent_s > EVERY_S}
            return [self._waited_s.get(seq, age_s) for seq, age_s in due.items()]

    def _send(self) -> None:
        for seq in range(2**31):
            if self._stopping.is_set():
                return
            content = self._observation(seq)
            with self._lock:
                self._sent_s[seq] = time.monotonic()
            self._link.sendall(flood.publish_packet(topic(THING, "features"), content))
            self._stopping.wait(EVERY_S)

    def _observation(self, seq: int) -> bytes:
        return flood.observation(THING, self._model, session=self._session, at_s=time.time(), seq=seq)

    def _look(self) -> None:
        while not self._stopping.wait(_LOOK_S):
            newest = self._store.lindex(f"stack:matches:{THING}", 0)
            if newest is None:
                continue
            record, now_s = json.loads(str(newest)), time.monotonic()
            if record["session"] != self._session:
                continue
            with self._lock:
                for seq, sent_s in self._sent_s.items():
                    if seq <= record["seq"]:
                        self._waited_s.setdefault(seq, now_s - sent_s)
