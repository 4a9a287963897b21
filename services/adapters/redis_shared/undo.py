"""Changes that can be undone, by whichever function is asked."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import redis

from services.adapters.redis_queue.causes import translated
from services.adapters.redis_queue.keys import KEYS, Keys
from services.core.catalogue.past_json import past_from_json, past_many_to_json, past_to_json
from services.core.catalogue.undo import KEPT_S, MAX_BYTES, MAX_CHANGES, Past, PastMany, missing_change
from services.core.errors import UnavailableError

_REMEMBER = Path(__file__).with_name("remember.lua").read_text(encoding="utf-8")

log = logging.getLogger(__name__)


class RedisUndo:
    """An UndoStore in Redis."""

    def __init__(
        self,
        client: redis.Redis,
        *,
        keys: Keys = KEYS,
        max_changes: int = MAX_CHANGES,
        max_bytes: int = MAX_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client, self._max_changes, self._max_bytes, self._clock = client, max_changes, max_bytes, clock
        # By token: the changes, their times, and what they weigh and hold.
        self._changes, self._times, self._held = (
            keys.of(name) for name in ("undo", "undo:times", "undo:held")
        )
        self._remember = client.register_script(_REMEMBER)

    def remember(self, past: Past) -> str:
        """Keep an item's earlier state; gives the token of the change, which was made already."""
        return self._keep(past_to_json(past), past.size, past.pictures, f"item {past.item_id!r}")

    def remember_many(self, past: PastMany) -> str | None:
        """Keep the earlier state of many items; None if that is too large to be kept."""
        if past.size > self._max_bytes:  # of items in a file it is a small part
            return None
        text = past_many_to_json(past)
        if len(text) > self._max_bytes:
            return None
        return self._keep(text, len(text), past.pictures, "many items")

    def _keep(self, text: str, size: int, pictures: Sequence[str], what: str) -> str:
        token = secrets.token_hex(16)
        held = json.dumps({"bytes": size, "pictures": pictures})
        limits = (self._oldest_s(), self._max_changes, self._max_bytes, round(KEPT_S))
        try:
            with translated():
                self._remember(
                    keys=[self._changes, self._times, self._held],
                    args=[token, text, self._clock(), held, *limits],
                )
        except UnavailableError as error:
            log.warning("the change of %s can't be undone later: %s", what, error)
        return token

    def find(self, token: str) -> Past | PastMany:
        """The change of a token; raises MissingError for one that is unknown, used or too old."""
        wanted = token.encode(errors="replace")
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.hget(self._changes, wanted)
            pipe.zscore(self._times, wanted)
            kept, at_s = pipe.execute()
        if kept is None or at_s is None or at_s < self._oldest_s():
            raise missing_change(token)
        try:
            return past_from_json(kept)
        except ValueError:  # kept by another version
            raise missing_change(token) from None

    def forget(self, token: str) -> None:
        """Drop the change of this token, which was undone."""
        try:
            with translated(), self._client.pipeline() as pipe:
                pipe.hdel(self._changes, token)
                pipe.zrem(self._times, token)
                pipe.hdel(self._held, token)
                pipe.execute()
        except UnavailableError as error:
            # Nothing is lost: the item has changed, so that it is refused if it is tried again.
            log.warning("the change %s was undone, and is kept all the same: %s", token, error)

    def pictures(self) -> set[str]:
        """The keys of pictures that an undo may bring back."""
        with translated(), self._client.pipeline(transaction=False) as pipe:
            pipe.zrangebyscore(self._times, self._oldest_s(), "+inf")
            pipe.hgetall(self._held)
            tokens, held = pipe.execute()
        return {key for token in tokens if token in held for key in json.loads(held[token])["pictures"]}

    def _oldest_s(self) -> float:
        return self._clock() - KEPT_S
