"""Admission of observations: those of the catalogue's model, captured just now."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict

from common.wire import Observation, WireError, WireReason
from services.core.errors import UnavailableError
from services.core.ports import MatchQueue
from services.core.search.drops import Dropped, Drops
from services.core.search.view import View

# Seconds that a camera's clock may run ahead; with more, a match would look live for longer than it is.
MAX_AHEAD_S = 2.0
# A camera's wrong clock is noted this often at most: a note takes as long as several messages.
NOTE_EVERY_S = 0.5
_MAX_NOTED = 1024


class ClockError(WireError):
    """An observation captured too long ago or in the future; `offset_s` is above 0 for a clock ahead."""

    def __init__(self, reason: WireReason, text: str, *, offset_s: float) -> None:
        super().__init__(reason, text)
        self.offset_s = offset_s


def admit(seen: Observation, view: View | None, *, max_age_s: float, now_s: float) -> None:
    """Raise WireError (model, dimension) or ClockError (stale, future) unless it can be answered."""
    if view is not None:
        if seen.model is not None and seen.model != view.model:
            text = f"vectors of model {seen.model}; expected {view.model} like the catalogue's"
            raise WireError("model", text)
        if seen.vectors.shape[1] != view.dim:
            raise WireError("dimension", f"vectors of {seen.vectors.shape[1]} numbers; expected {view.dim}")
    check_time(seen.captured_at_s, max_age_s=max_age_s, now_s=now_s)


def check_time(captured_at_s: float, *, max_age_s: float, now_s: float) -> None:
    """Raise ClockError (stale, future) for a time at which nothing that is answered now was captured."""
    offset_s = captured_at_s - now_s
    if offset_s > MAX_AHEAD_S:
        text = f"captured {offset_s:.1f} s in the future; expected at most {MAX_AHEAD_S:g} s"
        raise ClockError("future", text, offset_s=offset_s)
    if offset_s < -max_age_s:
        text = f"captured {-offset_s:.1f} s ago; expected at most {max_age_s:g} s"
        raise ClockError("stale", text, offset_s=offset_s)


class Admission:
    """Refuses and counts observations that cannot be answered; notes a wrong clock in the match queue."""

    def __init__(self, queue: MatchQueue, drops: Drops, *, max_age_s: float) -> None:
        self._queue, self._drops, self._max_age_s = queue, drops, max_age_s
        # Cameras in the order of their last notes (monotonic seconds).
        self._noted_s: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def refusal(self, seen: Observation, view: View | None) -> Dropped | None:
        """The reason why it cannot be answered now, None if it can."""
        try:
            admit(seen, view, max_age_s=self._max_age_s, now_s=time.time())
        except WireError as error:
            return self._refused(seen.thing, error)
        return None

    def refuses_unread(self, thing: str, captured_at_s: float) -> bool:
        """Whether a message that seems to be captured then is refused as too old, before it is decoded."""
        try:
            check_time(captured_at_s, max_age_s=self._max_age_s, now_s=time.time())
        except ClockError as error:
            self._refused(thing, error)
            return True
        return False

    def _refused(self, thing: str, error: WireError) -> Dropped:
        dropped = self._drops.note(error.reason, str(error), about=f"observation of {thing} refused")
        if isinstance(error, ClockError):
            self._note_clock(thing, error.offset_s)
        return dropped

    def _note_clock(self, thing: str, offset_s: float) -> None:
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._noted_s.get(thing, -math.inf) < NOTE_EVERY_S:
                return
            self._noted_s[thing] = now_s
            self._noted_s.move_to_end(thing)
            if len(self._noted_s) > _MAX_NOTED:
                self._noted_s.popitem(last=False)
        try:
            self._queue.note_clock(thing, offset_s=offset_s)
        except UnavailableError as error:
            self._drops.note("unavailable", str(error), about=f"the clock of {thing} could not be noted")
