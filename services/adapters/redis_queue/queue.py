"""The queue and its channel."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import redis
import redis.asyncio
from redis.exceptions import NoScriptError

from services.adapters.redis_queue.causes import in_words, translated
from services.core.camera_mean import SEEN_EVERY_S, SEEN_FRAMES, CameraMean, SeenFrame, last_minute
from services.core.errors import UnavailableError
from services.core.evidence import Vote
from services.core.ports import Memory
from services.core.records import MatchRecord
from services.core.search.admission import MAX_AHEAD_S
from services.core.search.votes import KEPT

ALL = "stack:matches"
CHANNEL = "matches"
# The lists, the camera's state, the counter and the memory of `check`, apart from those of cameras.
CHECK = "stack:check"
_CHECK_KEYS = [
    CHECK,
    *(f"{CHECK}:{name}" for name in ("each", "camera", "id", "votes", "mean", "seen")),
]
_CHECK_RECORD = '{"check":true}'
_SCRIPT = Path(__file__).with_name("push.lua").read_text(encoding="utf-8")
# Number of observations in a row with a wrong clock that are no mere delay of the network.
_BAD_CLOCKS = 5
_CLOCK_MEMORY_S = 30
_FEEDBACK_MEMORY_S = 86400
# A camera that is seen again within a week goes on with its mean.
_MEAN_MEMORY_S = 7 * 86400
_RETRY_S = 1.0
_SILENT_S = 5.0

log = logging.getLogger(__name__)


class RedisQueue:
    """Pushes and reads match records; safe to use from several threads."""

    def __init__(self, client: redis.Redis, *, keep: int = 600, keep_each: int = 100) -> None:
        """Keep `keep` records of all cameras (a minute at 10 a second), and `keep_each` of each camera."""
        self._client = client
        self._keep, self._keep_each = keep, keep_each
        self._script_sha = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()

    def push(self, record: MatchRecord) -> int | None:
        """Put a record on top; gives its id, or None if the camera's newest is already newer (dropped)."""
        return self.push_many([record])[0]

    def push_many(self, records: Sequence[MatchRecord]) -> list[int | None]:
        """Push records in their order, in one round trip; gives what `push` gives of each."""
        with translated():
            pushed = self._run(records)
            # A Redis that was started since does not know the script; those that failed are pushed again.
            lacking = [place for place, each in enumerate(pushed) if isinstance(each, NoScriptError)]
            if lacking:
                self._client.script_load(_SCRIPT)
                again = self._run([records[place] for place in lacking])
                for place, each in zip(lacking, again, strict=True):
                    pushed[place] = each
            for error in (each for each in pushed if isinstance(each, Exception)):
                raise error
        return [None if each is None else int(each) for each in pushed]

    def _run(self, records: Sequence[MatchRecord]) -> list[Any]:
        """The script's answer to each record, or its error."""
        with self._client.pipeline(transaction=False) as pipe:
            for record in records:
                seen = record.observation
                own = [name(seen.thing) for name in (_votes, _mean, _seen)]
                keys = [ALL, f"{ALL}:{seen.thing}", _state(seen.thing), "stack:id", *own]
                pipe.evalsha(self._script_sha, len(keys), *keys, *self._arguments(record))
            return list(pipe.execute(raise_on_error=False))

    def _arguments(self, record: MatchRecord) -> list[str | int]:
        seen, frame = record.observation, record.seen_frame
        return [
            record.to_json(),
            seen.session or "",
            "" if seen.seq is None else seen.seq,
            round(seen.captured_at_s * 1000),
            self._keep,
            self._keep_each,
            CHANNEL,
            record.vote.to_json() if record.vote else "",
            KEPT,
            round(MAX_AHEAD_S * 1000),
            record.mean.to_json() if record.mean else "",
            _MEAN_MEMORY_S,
            frame.to_json() if frame else "",
            round(SEEN_EVERY_S * 1000),
            SEEN_FRAMES,
        ]

    def memories(self, things: Sequence[str]) -> dict[str, Memory]:
        """What is remembered of these cameras, as pushed by any process; one round trip."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            for thing in things:
                pipe.lrange(_votes(thing), 0, KEPT - 1)
                pipe.get(_mean(thing))
            found = pipe.execute()
        return {
            thing: Memory([Vote.from_json(vote) for vote in votes], CameraMean.from_json(mean or ""))
            for thing, votes, mean in zip(things, found[::2], found[1::2], strict=True)
        }

    def seen(self, thing: str) -> list[SeenFrame]:
        """The frames of a camera's last minute, newest first."""
        with translated():
            frames = self._client.lrange(_seen(thing), 0, SEEN_FRAMES - 1)
        return last_minute([SeenFrame.from_json(str(frame)) for frame in frames])

    def latest(self, *, thing: str | None = None, limit: int = 1, after: int = 0) -> list[str]:
        """The newest records as JSON, newest first, those with an id above `after`."""
        if limit < 1:  # Redis would take 0 for all records
            return []
        with translated():
            records = self._client.lrange(f"{ALL}:{thing}" if thing else ALL, 0, limit - 1)
        return [record for record in map(str, records) if record_id(record) > after]

    def get(self, wanted: int, /) -> str | None:
        """The record of this id as JSON, or None if it is neither kept nor remembered any more."""
        with translated():
            remembered = self._client.get(_feedback(wanted))
            records = [remembered] if remembered else self._client.lrange(ALL, 0, -1)
        return next((record for record in map(str, records) if record_id(record) == wanted), None)

    def remember(self, record: str, /) -> None:
        """Keep a record, given as JSON, for a day from now, however many newer ones come."""
        with translated():
            self._client.set(_feedback(record_id(record)), record, ex=_FEEDBACK_MEMORY_S)

    def note_clock(self, thing: str, *, offset_s: float) -> None:
        """Remember a camera's clock offset at an observation; ahead is positive."""
        with translated(), self._client.pipeline() as pipe:
            pipe.hincrby(_state(thing), "clock_bad", 1)
            pipe.hset(_state(thing), "clock_offset_s", f"{offset_s:.1f}")
            pipe.expire(_state(thing), _CLOCK_MEMORY_S)
            pipe.execute()

    def clock_offsets_s(self, things: Sequence[str]) -> dict[str, float]:
        """The lasting offsets of these cameras' clocks, of those that are off; one round trip."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            for thing in things:
                pipe.hmget(_state(thing), "clock_bad", "clock_offset_s")
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
        arguments: list[str | int] = [_CHECK_RECORD, "", "", 0, 1, 1, CHECK, "", 1, 0, "", 60, "", 0, 1]
        with translated():
            try:
                self._client.evalsha(self._script_sha, len(_CHECK_KEYS), *_CHECK_KEYS, *arguments)
            except NoScriptError:
                self._client.eval(_SCRIPT, len(_CHECK_KEYS), *_CHECK_KEYS, *arguments)
            found = self._client.lrange(CHECK, 0, 0)
            self._client.lrange(ALL, 0, 0)
        if not found or '"check":true' not in str(found[0]):
            raise UnavailableError("Redis: a record that was pushed does not come back")


async def follow(client: redis.asyncio.Redis) -> AsyncIterator[str]:
    """Each record that is pushed from now on, as JSON, without an end, across Redis' restarts."""
    told = ""
    while True:
        try:
            async with client.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                async for record in _records(channel):
                    told = ""
                    yield record
        except (redis.RedisError, OSError) as error:
            cause = in_words(error)
            if cause != told:  # each cause once, and not at each try
                log.warning("match queue: %s; trying again every %g s", cause, _RETRY_S)
            told = cause
            await asyncio.sleep(_RETRY_S)


async def _records(channel: redis.asyncio.client.PubSub) -> AsyncIterator[str]:
    """The channel's messages; raises TimeoutError for a Redis that answers nothing any more."""
    asked = False
    while True:
        message = await channel.get_message(timeout=_SILENT_S)
        if message is None:
            if asked:
                raise TimeoutError(f"no answer in {_SILENT_S:g} s")
            # Between two matches a channel may be silent for long, so we ask.
            await channel.ping()
        asked = message is None
        if message is not None and message["type"] == "message":
            yield message["data"]


def record_id(record: str) -> int:
    """The id of a record in JSON."""
    return int(json.loads(record)["id"])


def _state(thing: str) -> str:
    return f"camera:{thing}"


def _votes(thing: str) -> str:
    return f"votes:{thing}"


def _mean(thing: str) -> str:
    return f"mean:{thing}"


def _seen(thing: str) -> str:
    return f"seen:{thing}"


def _feedback(record_id: int) -> str:
    return f"feedback:{record_id}"
