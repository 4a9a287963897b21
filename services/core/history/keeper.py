"""The keeper of the history: takes match records as they come, and writes what they change twice a second."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from common.compact_json import read_message
from common.rate_limited_log import RateLimitedLog
from services.core.errors import UnavailableError
from services.core.history.listeners import Listeners
from services.core.history.log import ShowingChange, ShowingLog
from services.core.history.ports import HistoryStore, ShowingListener, Wanted
from services.core.history.showing import SAID_WAITS_S, Said, Showing
from services.core.ports import MatchQueue

# A kill loses what came since the last write.
WRITE_EVERY_S = 0.5
# Records, and rows, that wait for a store which does not answer; beyond that the oldest are dropped.
MOST_WAITING = 20_000
# The queue's newest records, which is what it keeps.
_QUEUED = 600

log = logging.getLogger(__name__)


class HistoryKeeper:
    """Writes the history; `take` and `say` may be called from any thread, as may `write`, which takes turns.

    What the store does not take waits in memory and is written with the next.
    """

    def __init__(
        self,
        store: HistoryStore,
        queue: MatchQueue,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._queue, self._clock = store, queue, clock
        self._listeners = Listeners()
        self._records: deque[Mapping[str, Any]] = deque(maxlen=MOST_WAITING)
        self._log: ShowingLog | None = None
        # The record that was taken last, and those of the queue, which the channel may bring too.
        self._newest, self._caught = 0, frozenset[int]()
        self._waiting = _Waiting()
        self._said: deque[tuple[float, str, int, Said]] = deque(maxlen=MOST_WAITING)
        self._writing = threading.Lock()
        self._faults = RateLimitedLog()
        self.trouble: str | None = None

    def listen(self, listener: ShowingListener) -> None:
        """Tell a listener of all that is written from now on."""
        self._listeners.add(listener)

    def take(self, record: Mapping[str, Any]) -> None:
        """A match record has come."""
        self._records.append(record)

    def say(self, thing: str, record_id: int, said: Said) -> None:
        """People have said this of a match record: it is written now, or with its showing's row."""
        self._said.append((self._clock() + SAID_WAITS_S, thing, record_id, said))
        self.write()

    def catch_up(self) -> None:
        """Do nothing: a task writes all the time."""

    def write(self) -> None:
        """Write what has changed, and tell the listeners; a store's trouble is kept in `trouble`."""
        with self._writing:
            try:
                self._write()
            except UnavailableError as error:
                if self.trouble is None:
                    log.warning("%s; the history waits in memory until it can be written", error)
                self.trouble = str(error)
                return
            if self.trouble is not None:
                log.info("the history is written again")
            self.trouble = None

    def _write(self) -> None:
        if self._log is None:
            written = self._store.page(Wanted(), limit=_QUEUED)
            self._log = ShowingLog(self._store.opened())
            self._catch_up(self._log, written)
        elif not self._records:  # nothing is shown, or the channel is broken
            self._catch_up(self._log)
        while self._records:
            record = self._records.popleft()
            if record.get("id") not in self._caught:
                self._add(self._log, record)
        self._waiting.note(self._log.passed(self._clock()), self._log.moved())
        if self._waiting.rows:
            self._store.write(*self._waiting.begun_and_moved())
        self._listeners.tell(self._waiting.taken())
        self._write_said()

    def _catch_up(self, showings: ShowingLog, written: Sequence[Showing] = ()) -> None:
        """Take the queue's records that the channel did not bring, but for those of written rows."""
        try:
            found = self._queue.latest(limit=_QUEUED, after=self._newest)
        except UnavailableError:  # of Redis, which is told elsewhere
            return
        until: dict[str, int] = {}
        for showing in written:
            until[showing.thing] = max(showing.last_record, until.get(showing.thing, 0))
        records = [read_message(each.encode()) for each in reversed(found)]
        for record in records:
            is_new = record["id"] > until.get(record.get("thing"), 0)
            self._add(showings, record, is_new=is_new)
        if records:
            self._newest, self._caught = records[-1]["id"], frozenset(record["id"] for record in records)

    def _add(self, showings: ShowingLog, record: Mapping[str, Any], *, is_new: bool = True) -> None:
        try:
            if not is_new:
                showings.look_back(record)
                return
            self._waiting.note(showings.take(record))
            self._newest = int(record["id"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self._faults.say("record", f"a match record can't be kept in the history: {error!r}")

    def _write_said(self) -> None:
        for _ in range(len(self._said)):
            until_s, thing, record_id, said = self._said[0]
            found = self._store.with_record(thing, record_id)
            if found is not None:
                self._store.say({found.id: said})
            self._said.popleft()
            if found is None and self._clock() < until_s:
                self._said.append((until_s, thing, record_id, said))


class _Waiting:
    """What was not written yet: changes, and each showing's newest row."""

    def __init__(self) -> None:
        self._changes: deque[ShowingChange] = deque(maxlen=MOST_WAITING)
        self._begun: set[int] = set()
        self.rows: dict[int, Showing] = {}

    def note(self, changes: Sequence[ShowingChange], moved: Sequence[Showing] = ()) -> None:
        self._changes += changes
        self._begun |= {each.showing.id for each in changes if each.change == "begun"}
        self.rows |= {each.showing.id: each.showing for each in changes}
        self.rows |= {each.id: each for each in moved}
        while len(self.rows) > MOST_WAITING:
            oldest = next(iter(self.rows))
            del self.rows[oldest]
            self._begun.discard(oldest)

    def begun_and_moved(self) -> tuple[list[Showing], list[Showing]]:
        rows = self.rows.values()
        return [each for each in rows if each.id in self._begun], [
            each for each in rows if each.id not in self._begun
        ]

    def taken(self) -> list[ShowingChange]:
        """The changes whose rows were written."""
        done = list(self._changes)
        self._changes.clear()
        self._begun.clear()
        self.rows.clear()
        return done
