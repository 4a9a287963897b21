"""The queue: its lists, and what is remembered of cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import redis

from common.rate_limited_log import RateLimitedLog
from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.channel import CHANNEL
from services.adapters.redis_queue.foreign import record_id, with_matches
from services.adapters.redis_queue.keys import ALL, KEYS, Keys
from services.adapters.redis_queue.remembered import KnownMemories, Push
from services.adapters.redis_queue.script import Script
from services.core.camera_mean import SEEN_EVERY_S, SEEN_FRAMES, SeenFrame, last_minute
from services.core.errors import UnavailableError
from services.core.ports import Memory
from services.core.records import MatchRecord
from services.core.search.admission import MAX_AHEAD_S
from services.core.search.votes import KEPT

# The lists, the camera's state, the counter and the memory of `check`, apart from those of cameras.
CHECK = "stack:check"
_CHECK_KEYS = (CHECK, *(f"{CHECK}:{name}" for name in ("id", "each", "camera", "votes", "mean", "seen")))
_CHECK_RECORD = '{"check":true}'
_PUSH, _MEMORIES = Script("push.lua"), Script("memories.lua")
# Number of observations in a row with a wrong clock that are no mere delay of the network.
_BAD_CLOCKS = 5
_CLOCK_MEMORY_S = 30
_FEEDBACK_MEMORY_S = 86400
# Number of records that are read first for who has others already.
_FEW = 4
# A camera that is seen again within a week goes on with its mean.
_MEAN_MEMORY_S = 7 * 86400
_TELL_FOREIGN_S = 600.0


class RedisQueue:
    """Pushes and reads match records; safe to use from several threads."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        keys: Keys = KEYS,
        keep: int = 600,
        keep_each: int = 100,
        on_foreign: Callable[[int], object] | None = None,
    ) -> None:
        """Keep `keep` records of all cameras (a minute at 10 a second), and `keep_each` of each camera.

        `on_foreign` gets the number of records of other programs that a reading of the list has passed over.
        """
        self._client, self._keys = client, keys
        self._keep, self._keep_each = keep, keep_each
        self._known = KnownMemories()
        self._on_foreign, self._log = on_foreign, RateLimitedLog(every_s=_TELL_FOREIGN_S)

    def push(self, record: MatchRecord) -> int | None:
        """Put a record on top; gives its id, or None if the camera's newest is already newer (dropped)."""
        return self.push_many([record])[0]

    def push_many(self, records: Sequence[MatchRecord]) -> list[int | None]:
        """Push records in their order, in one round trip; gives what `push` gives of each."""
        if not records:
            return []
        pushes = [Push.of(record, self._known.of(record.observation.thing)) for record in records]
        keys, arguments = [ALL, self._keys.of("stack:id")], self._limits()
        for push in pushes:
            keys += self._keys_of(push.record.observation.thing)
            arguments += push.arguments
        with translated():
            results = _PUSH.run(self._client, keys, arguments)
            self._note(pushes, results)
            for error in (each for each in results if isinstance(each, Exception)):
                raise error
        return [None if each is None else int(each[0]) for each in results]

    def _note(self, pushes: Sequence[Push], results: Sequence[Any]) -> None:
        """Keep what is known of the cameras by their pushes."""
        for push, result in zip(pushes, results, strict=True):
            thing = push.record.observation.thing
            if isinstance(result, list) and result[1]:
                self._known.note(thing, push.result)
            else:
                self._known.forget(thing)

    def _limits(self) -> list[str | int]:
        """The arguments of the script that are the same for all records."""
        ahead_ms, every_ms = round(MAX_AHEAD_S * 1000), round(SEEN_EVERY_S * 1000)
        kept: list[str | int] = [self._keep, self._keep_each, CHANNEL, KEPT]
        return [*kept, ahead_ms, _MEAN_MEMORY_S, every_ms, SEEN_FRAMES]

    def _keys_of(self, thing: str) -> list[str]:
        own = [name(thing) for name in (self._state, self._votes, self._mean, self._seen)]
        return [self._keys.matches(thing), *own]

    def memories(self, things: Sequence[str]) -> dict[str, Memory]:
        """What is remembered of these cameras, as pushed by any process; one round trip."""
        if not things:
            return {}
        known = [self._known.of(thing) for thing in things]
        names = (self._state, self._votes, self._mean)
        keys = [name(thing) for thing in things for name in names]
        with translated():
            found = _MEMORIES.run(self._client, keys, [KEPT, *(each.version for each in known)])
        return self._known.read(things, known, found)

    def seen(self, thing: str) -> list[SeenFrame]:
        """The frames of a camera's last minute, newest first."""
        with translated():
            frames = self._client.lrange(self._seen(thing), 0, SEEN_FRAMES - 1)
        return last_minute([SeenFrame.from_json(str(frame)) for frame in frames])

    def latest(self, *, thing: str | None = None, limit: int = 1, after: int = 0) -> list[str]:
        """The newest records as JSON, newest first, those with an id above `after`."""
        if limit < 1:  # Redis would take 0 for all records
            return []
        key = self._keys.matches(thing) if thing else ALL
        # Who asks each second lacks one or two: the others need not come over the network.
        found = self._read(key, min(limit, _FEW)) if after else []
        if not any(number is not None and number <= after for number, _ in found):
            found = self._read(key, limit)
        if any(number is None for number, _ in found):
            # Ours are below. A program that does not trim the list may have made it long.
            found = self._read(key, max(limit, self._keep))
            self._tell_foreign(sum(number is None for number, _ in found))
        own = [(number, record) for number, record in found if number is not None][:limit]
        return [record for number, record in own if number > after]

    def newest_matches(self) -> str | None:
        """The newest record that has matches, as JSON, of whichever program; None if there is none."""
        for most in (1, self._keep):
            for number, record in self._read(ALL, most):
                found = with_matches(record) if number is None else record
                if found is not None:
                    return found
        return None

    def get(self, wanted: int, /) -> str | None:
        """The record of this id as JSON, or None if it is neither kept nor remembered any more."""
        with translated():
            remembered = self._client.get(self._feedback(wanted))
        found = [(record_id(str(remembered)), str(remembered))] if remembered else self._read(ALL, self._keep)
        return next((record for number, record in found if number == wanted), None)

    def _read(self, key: str, most: int) -> list[tuple[int | None, str]]:
        """The newest records of a list, with their ids; None for one of another program."""
        with translated():
            records = [str(record) for record in self._client.lrange(key, 0, most - 1)]
        return [(record_id(record), record) for record in records]

    def _tell_foreign(self, count: int) -> None:
        if self._on_foreign is not None:
            self._on_foreign(count)
        self._log.say("foreign", f"match queue: {count} records of another program are passed over")

    def remember(self, record: str, /) -> None:
        """Keep a record, given as JSON, for a day from now, however many newer ones come."""
        number = record_id(record)
        assert number is not None, "a record of another program"
        with translated():
            self._client.set(self._feedback(number), record, ex=_FEEDBACK_MEMORY_S)

    def note_clock(self, thing: str, *, offset_s: float) -> None:
        """Remember a camera's clock offset at an observation; ahead is positive."""
        with translated(), self._client.pipeline() as pipe:
            pipe.hincrby(self._state(thing), "clock_bad", 1)
            pipe.hset(self._state(thing), "clock_offset_s", f"{offset_s:.1f}")
            pipe.expire(self._state(thing), _CLOCK_MEMORY_S)
            pipe.execute()

    def clock_offsets_s(self, things: Sequence[str]) -> dict[str, float]:
        """The lasting offsets of these cameras' clocks, of those that are off; one round trip."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            for thing in things:
                pipe.hmget(self._state(thing), "clock_bad", "clock_offset_s")
            found = pipe.execute() if things else []
        return {
            thing: float(offset_s)
            for thing, (count, offset_s) in zip(things, found, strict=True)
            if offset_s is not None and int(count or 0) >= _BAD_CLOCKS
        }

    def check(self) -> None:
        """Push a record to lists of its own, read it back, and read the newest record.

        Raises UnavailableError with the cause in words: a Redis that answers may still refuse every write.
        """
        arguments: list[str | int] = [1, 1, CHECK, 1, 0, 60, 0, 1, _CHECK_RECORD, "", "", 0, "", "", "", ""]
        keys = [self._keys.of(name) for name in _CHECK_KEYS]
        with translated():
            for result in _PUSH.run(self._client, keys, arguments):
                if isinstance(result, Exception):
                    raise result
            found = self._client.lrange(keys[0], 0, 0)
            self._client.lrange(ALL, 0, 0)
        if not found or '"check":true' not in str(found[0]):
            raise UnavailableError("Redis: a record that was pushed does not come back")

    def _state(self, thing: str) -> str:
        return self._keys.of(f"camera:{thing}")

    def _votes(self, thing: str) -> str:
        return self._keys.of(f"votes:{thing}")

    def _mean(self, thing: str) -> str:
        return self._keys.of(f"mean:{thing}")

    def _seen(self, thing: str) -> str:
        return self._keys.of(f"seen:{thing}")

    def _feedback(self, record_id: int) -> str:
        return self._keys.of(f"feedback:{record_id}")
