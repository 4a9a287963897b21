"""The newest previews of each camera that is watched, received by one function and asked for by another."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Callable

import redis

from common.picture_stamp import stamp_of
from common.rate_limited_log import RateLimitedLog
from common.wire import WireError
from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.cameras.previews import ASK_AGAIN_S, FRESH_S, KEPT_S, Preview, check_preview

# A camera sends five a second.
_LOOK_EVERY_S = 0.2
# Observed frames that are kept of a camera: each has one of these places, in turn.
_PLACES = 32


class RedisPreviews:
    """A PreviewStore in Redis."""

    def __init__(
        self, client: redis.Redis, *, keys: Keys = KEYS, clock: Callable[[], float] = time.time
    ) -> None:
        self._client, self._keys, self._clock = client, keys, clock
        self._faults = RateLimitedLog()

    @property
    def look_every_s(self) -> float | None:
        """Nobody is told."""
        return _LOOK_EVERY_S

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a preview topic."""
        try:
            thing = check_preview(topic, payload)
        except WireError as error:
            self._faults.say("preview", f"message on {topic[:100]} refused: {error}")
            return
        at_s = self._clock()
        kept = {"at_s": at_s, "tag": f"{int(at_s * 1e6):x}", "jpeg": base64.b64encode(payload).decode()}
        text, kept_ms = json.dumps(kept), round(KEPT_S * 1000)
        stamp = stamp_of(payload)
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.set(self._key("preview", thing), text, px=kept_ms)
            if stamp is not None and stamp.seq is not None:
                pipe.set(self._place_of(thing, stamp.seq), text, px=kept_ms)
            pipe.execute()

    def newest(self, thing: str, *, within_s: float = FRESH_S) -> Preview | None:
        """The newest preview of a camera, None if it came longer than `within_s` ago."""
        return self._read(self._key("preview", thing), within_s)

    def of(self, thing: str, session: str, seq: int) -> Preview | None:
        """The preview of an observed frame, None if it never came, or longer ago than KEPT_S."""
        found = self._read(self._place_of(thing, seq), KEPT_S)
        stamp = None if found is None else found.stamp
        return found if stamp is not None and (stamp.session, stamp.seq) == (session, seq) else None

    def must_ask(self, thing: str) -> bool:
        """Whether the caller has to tell the camera now that it is watched."""
        with translated():
            asked = self._client.set(self._key("watched", thing), "1", nx=True, px=round(ASK_AGAIN_S * 1000))
        return bool(asked)

    def listening(self, thing: str, tell: Callable[[], object]) -> contextlib.AbstractContextManager[None]:
        """Nobody is told: whoever waits has to look."""
        del thing, tell
        return contextlib.nullcontext()

    def _read(self, key: str, within_s: float) -> Preview | None:
        with translated():
            text = self._client.get(key)
        if text is None:
            return None
        kept = json.loads(str(text))
        if self._clock() - kept["at_s"] > min(within_s, KEPT_S):
            return None
        jpeg = base64.b64decode(kept["jpeg"])
        return Preview(jpeg, kept["at_s"], kept["tag"], stamp_of(jpeg))

    def _place_of(self, thing: str, seq: int) -> str:
        return self._key("preview", f"{thing}:{seq % _PLACES}")

    def _key(self, kind: str, thing: str) -> str:
        return self._keys.of(f"{kind}:{thing}")
