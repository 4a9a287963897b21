"""The keeper of the history where no process lives on: each call goes on where the one before left off.

A call takes a camera's state, lets it take a match record, and puts it back unless another call has done so
in between; then it tries again. What is to be written is part of the state, and leaves it once it is written:
a function that is ended in between loses nothing, and what is written twice is the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from common.rate_limited_log import RateLimitedLog
from services.core.errors import UnavailableError
from services.core.history.camera_state import CameraState, SaidOfRecord, ended
from services.core.history.listeners import Listeners
from services.core.history.log import ShowingChange
from services.core.history.ports import HistoryStore, ShowingListener
from services.core.history.showing import SAID_WAITS_S, Said

# Calls of one camera that collide: each of them lets one other call through.
_TRIES = 10
# A store that fails is not tried again for a while, because an observation's call would wait for it.
_RETRY_S = 5.0
# The rows are brought up to date for those who read them once in this time at most.
_READ_EVERY_S = 1.0
# A row that lasts and of which no state knows, as after a loss of Redis, is ended this long after it expired.
_ORPHAN_S = 30.0


class ShowingStates(Protocol):
    """The cameras' states, as texts that all functions share; every call may raise UnavailableError."""

    def get(self, thing: str) -> str | None:
        """A camera's state as it was lately, None without one."""

    def all(self) -> dict[str, str]:
        """All states as they are now, by camera."""

    def replace(self, thing: str, before: str | None, after: str | None) -> bool:
        """Put `after` in the place of `before`; False, and nothing, if that is not the state any more.

        Of more cameras than can be followed, a further one's state is not kept.
        """


class SharedKeeper:
    """A keeper whose memory is the states; one call at a time."""

    def __init__(
        self, store: HistoryStore, states: ShowingStates, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._states, self._clock = store, states, clock
        self._listeners = Listeners()
        self._faults = RateLimitedLog()
        self._read_s = 0.0
        self.trouble: str | None = None

    def listen(self, listener: ShowingListener) -> None:
        """Tell a listener of what this one writes from now on."""
        self._listeners.add(listener)

    def take(self, record: Mapping[str, Any]) -> None:
        """A match record was pushed; what fails is logged, and nothing is raised."""
        try:
            self._advance(str(record["thing"]), lambda state: state.take(record, self._clock()))
        except UnavailableError as error:  # of the states
            self._faults.say("states", f"{error}; the history lacks a frame")
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self._faults.say("record", f"a match record can't be kept in the history: {error!r}")

    def say(self, thing: str, record_id: int, said: Said) -> None:
        """People have said this of a match record: it is written now, or with its showing's row."""
        waiting = SaidOfRecord(self._clock() + SAID_WAITS_S, record_id, said)

        def say(state: CameraState) -> list[ShowingChange]:
            state.said.append(waiting)
            return state.passed(self._clock())

        self._advance(thing, say)

    def catch_up(self) -> None:
        """Write what has changed, for somebody who is going to read it; once a second at most."""
        if self._clock() - self._read_s >= _READ_EVERY_S:
            self.write()

    def write(self) -> None:
        """Bring the rows up to date, and end those that have expired; a failure is kept in `trouble`."""
        try:
            self._write_all()
        except UnavailableError as error:  # what is written can be read all the same
            self.trouble = str(error)
            self._faults.say("all", str(error))

    def _write_all(self) -> None:
        states = self._states.all()
        for thing, text in states.items():
            self._advance(thing, lambda state: state.passed(self._clock()), first=text)
        parsed = (CameraState.parse(text) for text in states.values())
        known = {run.showing.id for state in parsed for run in state.log.opened}
        old = [each for each in self._store.opened() if each.id not in known]
        gone = [each for each in old if each.expires_at_s + _ORPHAN_S < self._clock()]
        self._store.write([], [ended(each) for each in gone])
        self._read_s = self._clock()

    def _advance(
        self, thing: str, step: Callable[[CameraState], Sequence[ShowingChange]], *, first: str | None = None
    ) -> None:
        """Let a camera's state take a step, and write what is due then; it is probably `first`."""
        for _ in range(_TRIES):
            before, first = first or self._states.get(thing), None
            state = CameraState.parse(before)
            changes = step(state)
            after = state.text
            if after == before:
                return
            if self._states.replace(thing, before, after):
                self._write(thing, state, after, changes)
                return
        self._faults.say("busy", f"the history lacks a frame of {thing}: other functions write all the time")

    def _write(
        self, thing: str, state: CameraState, after: str | None, changes: Sequence[ShowingChange]
    ) -> None:
        now_s = self._clock()
        if not (state.due or state.said) or now_s < state.retry_s:
            return
        try:
            if state.due:
                self._store.write(*state.begun_and_moved())
                state.written(now_s)
            state.said = [each for each in state.said if not self._is_said(thing, state, each)]
        except UnavailableError as error:
            self.trouble = str(error)
            self._faults.say("store", f"{error}; the history waits in Redis until it can be written")
            state.retry_s = now_s + _RETRY_S
        else:
            self.trouble = None
        # Another call may have gone on meanwhile: it writes the same once more.
        if state.text != after:
            self._states.replace(thing, after, state.text)
        if self.trouble is None:
            self._listeners.tell(changes)

    def _is_said(self, thing: str, state: CameraState, waiting: SaidOfRecord) -> bool:
        """Write feedback; False if its showing has no row yet."""
        showing = state.showing_of(waiting.record)
        if showing is not None and any(run.showing.id == showing.id for run in state.log.following):
            return False
        showing = showing or self._store.with_record(thing, waiting.record)
        if showing is not None:
            self._store.say({showing.id: waiting.said})
        return showing is not None
