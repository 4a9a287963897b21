"""What functions remember of showings between their calls."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import redis

from common.rate_limited_log import RateLimitedLog
from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.cameras.status import MAX_CAMERAS
from services.core.history.asked_pictures import AskedPicture

_REPLACE = Path(__file__).with_name("replace_showing.lua").read_text(encoding="utf-8")
# Whoever reads the history ends what has expired. All are forgotten after this time without any camera.
_KEPT_S = 7 * 86_400
# Longer than any answer is on its way.
_ASKED_S = 60
# Cameras whose state this function knows, each of 2 to 8 KB.
_MOST_KNOWN = 256


class RedisShowings:
    """ShowingStates in a hash of Redis: a state that this function left behind is not read again."""

    def __init__(self, client: redis.Redis, *, keys: Keys = KEYS, most: int = MAX_CAMERAS) -> None:
        """Keep the states of at most `most` cameras."""
        self._client, self._key, self._most = client, keys.of("showings"), most
        self._replace = client.register_script(_REPLACE)
        self._known: dict[str, str | None] = {}
        self._log = RateLimitedLog()

    def get(self, thing: str) -> str | None:
        """A camera's state as it was lately, None without one."""
        if thing not in self._known:
            with translated():
                found = self._client.hget(self._key, thing)
            self._note(thing, None if found is None else str(found))
        return self._known[thing]

    def all(self) -> dict[str, str]:
        """All states as they are now, by camera."""
        with translated():
            return {str(thing): str(text) for thing, text in self._client.hgetall(self._key).items()}

    def replace(self, thing: str, before: str | None, after: str | None) -> bool:
        """Put `after` in the place of `before`; False, and nothing, if that is not the state any more."""
        self._known.pop(thing, None)
        expected = "" if before is None else hashlib.sha1(before.encode(), usedforsecurity=False).hexdigest()
        with translated():
            done = self._replace(keys=[self._key], args=[thing, expected, after or "", self._most, _KEPT_S])
        if done == 2:
            self._log.say("most", f"the history leaves out {thing}: it follows {self._most} cameras already")
        elif done:
            self._note(thing, after)
        return bool(done)

    def _note(self, thing: str, text: str | None) -> None:
        self._known[thing] = text
        if len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]


class RedisAskedPictures:
    """AskedPictures in Redis: a key each."""

    def __init__(self, client: redis.Redis, *, keys: Keys = KEYS) -> None:
        self._client, self._keys = client, keys

    def note(self, thing: str, token: str, asked: AskedPicture, /) -> None:
        """A camera is going to be asked with this token."""
        text = json.dumps([asked.showing, asked.session, asked.seq, asked.box])
        with translated():
            self._client.set(self._name(thing, token), text, ex=_ASKED_S)

    def taken(self, thing: str, token: str, /) -> AskedPicture | None:
        """What a token stands for, once; None for one that is unknown, used or too old."""
        with translated():
            found = self._client.getdel(self._name(thing, token))
        if found is None:
            return None
        showing, session, seq, box = json.loads(str(found))
        return AskedPicture(showing, session, seq, None if box is None else tuple(box))

    def _name(self, thing: str, token: str) -> str:
        return self._keys.of(f"showing-picture:{thing}:{token}")
