"""The cameras' statuses, received by one function and asked for by another."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import redis

from common.rate_limited_log import RateLimitedLog
from common.wire import WireError
from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.cameras.status import LIVE_S, MAX_CAMERAS, CameraStatus, from_json, left_out, read_status

_HEAR = Path(__file__).with_name("hear.lua").read_text(encoding="utf-8")
# After this time without any camera all are forgotten.
_KEPT_S = 30 * 86400


class RedisStatuses:
    """A StatusStore in Redis."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        keys: Keys = KEYS,
        most: int = MAX_CAMERAS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Remember at most `most` cameras."""
        self._client, self._most, self._clock = client, most, clock
        self._statuses, self._heard = keys.of("cameras"), keys.of("cameras:heard")
        self._hear = client.register_script(_HEAR)
        self._log = RateLimitedLog()

    def all(self) -> list[CameraStatus]:
        """The cameras in the order of their names."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.hgetall(self._statuses)
            pipe.zrange(self._heard, 0, -1, withscores=True)
            statuses, heard = pipe.execute()
        heard_s = {thing: float(at_s) for thing, at_s in heard}
        return [self._now(statuses[thing], heard_s.get(thing)) for thing in sorted(statuses)]

    def get(self, thing: str) -> CameraStatus | None:
        """One camera, None if it never sent a status, or was forgotten."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.hget(self._statuses, thing)
            pipe.zscore(self._heard, thing)
            status, heard_s = pipe.execute()
        return None if status is None else self._now(status, heard_s)

    def note(self, thing: str) -> None:
        """A camera has shown in another way that it lives."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.zadd(self._heard, {thing: self._clock()}, xx=True)
            pipe.hget(self._statuses, thing)
            status = pipe.execute()[1]
            if status is not None and (camera := _camera(status)).is_silent:
                pipe.hset(self._statuses, thing, _text(camera.heard_again()))
                pipe.execute()

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a status topic; anything but a status is logged and changes nothing."""
        try:
            thing, camera = read_status(topic, payload)
        except WireError as error:
            self._log.say("refused", f"message on {topic[:100]} refused: {error}")
            return
        text = "" if camera is None else _text(camera)
        limits = (self._most, LIVE_S, _KEPT_S)
        with translated():
            taken = self._hear(keys=[self._statuses, self._heard], args=[thing, text, self._clock(), *limits])
        if not taken:
            self._log.say("left out", left_out(thing, self._most))

    def _now(self, status: str, heard_s: float | None) -> CameraStatus:
        return _camera(status).after(self._clock() - (heard_s or 0.0))


def _text(camera: CameraStatus) -> str:
    return json.dumps(camera.to_json())


def _camera(text: str) -> CameraStatus:
    # Another version, which runs beside this one during a change of versions, may know more.
    return from_json(json.loads(text))
