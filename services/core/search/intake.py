"""The search's way of a message: validated, freshest wins, answered in batches, pushed."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol

from common.wire import Observation, WireError, decode_observation, parse_topic
from services.core.domain import MatchRecord, UnavailableError
from services.core.ports import MatchQueue
from services.core.search.admission import ClockError, admit
from services.core.search.follow import View
from services.core.search.lookup import Lookup
from services.core.search.mailbox import Mailbox

# What waits is answered in one search, up to so many cameras.
BATCH = 64

log = logging.getLogger(__name__)


class Tally(Protocol):
    """Counts what happens to messages; implemented for Prometheus."""

    def dropped(self, reason: str) -> None:
        """A message was not answered."""

    def answered(self, record: MatchRecord) -> None:
        """A record reached the match queue."""


class Intake:
    """Takes messages off MQTT's thread, and answers them in its caller's."""

    def __init__(
        self,
        *,
        lookup: Lookup,
        queue: MatchQueue,
        tally: Tally,
        view: Callable[[], View | None],
        announce: Callable[[MatchRecord], None] = lambda _record: None,
    ) -> None:
        """`announce` hears of each record that was pushed."""
        self._lookup = lookup
        self._queue = queue
        self._tally = tally
        self._view = view
        self._announce = announce
        self._mailbox = Mailbox()
        self._logged_s: dict[str, float] = {}
        self._silent: dict[str, int] = {}

    def receive(self, topic: str, payload: bytes) -> None:
        """Put a message aside for `answer`; whatever is wrong with it is counted, and logged now and then."""
        now_s = time.time()
        try:
            thing, kind = parse_topic(topic)
            seen = decode_observation(payload, thing=thing, kind=kind, received_at_s=now_s)
            if seen is None:
                self._tally.dropped("status_line")
            elif self._admitted(seen, self._view(), now_s=now_s) and self._mailbox.put(seen):
                self._tally.dropped("overtaken")
        except WireError as error:
            self._drop(error.reason, f"message on {topic[:100]} refused: {error}")

    def answer(self, *, timeout_s: float) -> int:
        """Answer what waits, at most for `timeout_s` if nothing does; gives the number of records pushed."""
        waiting = self._mailbox.take(limit=BATCH, timeout_s=timeout_s)
        view = self._view()  # after the wait, in which the catalogue may have changed
        batch = [seen for seen in waiting if self._admitted(seen, view, now_s=time.time())]
        try:
            records = self._answered(batch, view) if batch else []
        except UnavailableError as error:
            for _ in batch:
                self._drop("unavailable", f"observation dropped: {error}")
            return 0
        return sum(self._push(record) for record in records)

    def _answered(self, batch: list[Observation], view: View | None) -> list[MatchRecord]:
        earlier = self._queue.votes([seen.thing for seen in batch])
        return self._lookup.answer(batch, view, earlier=earlier)

    def _push(self, record: MatchRecord) -> bool:
        try:
            pushed = self._queue.push(record) is not None
        except UnavailableError as error:
            # A frame is not worth keeping: the next one comes soon.
            self._drop("unavailable", f"match record dropped: {error}")
            return False
        if pushed:
            self._tally.answered(record)
            self._announce(record)
        else:
            self._tally.dropped("overtaken")
        return pushed

    def _admitted(self, seen: Observation, view: View | None, *, now_s: float) -> bool:
        try:
            admit(seen, view, max_age_s=self._lookup.max_age_s, now_s=now_s)
        except WireError as error:
            self._drop(error.reason, f"observation of {seen.thing} refused: {error}")
            if isinstance(error, ClockError):
                self._note_clock(seen.thing, error.offset_s)
            return False
        return True

    def _note_clock(self, thing: str, offset_s: float) -> None:
        try:
            self._queue.note_clock(thing, offset_s=offset_s)
        except UnavailableError as error:
            self._drop("unavailable", str(error))

    def _drop(self, reason: str, text: str) -> None:
        """Count it, and log at most once a second a reason, however many cameras go wrong."""
        self._tally.dropped(reason)
        now_s = time.monotonic()
        if now_s - self._logged_s.get(reason, -1.0) < 1.0:
            self._silent[reason] = self._silent.get(reason, 0) + 1
            return
        more = self._silent.pop(reason, 0)
        log.warning("%s%s", text, f" (and {more} more)" if more else "")
        self._logged_s[reason] = now_s
