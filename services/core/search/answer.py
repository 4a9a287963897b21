"""The use case of the search: observations in, records on the match queue out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from common.wire import DETAILS_EVERY_S, Observation
from services.core.errors import Loading, LoadingError, UnavailableError
from services.core.ports import MatchQueue
from services.core.records import MatchRecord
from services.core.search.admission import Admission, admit
from services.core.search.camera_means import CameraMeans
from services.core.search.drops import Dropped, Drops
from services.core.search.lookup import Lookup
from services.core.search.pace import Pace
from services.core.search.trained import RetrainedError
from services.core.search.view import View

# Time for which a camera is not asked again after a second look that settled nothing.
IN_VAIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Pushed:
    """The record that answers an observation, and the id that the match queue gave it.

    Its camera is to send local features with the next frame if it `wants_details`.
    """

    record: MatchRecord
    id: int
    wants_details: bool = False


Outcome = Pushed | Dropped


class AnswerListener(Protocol):
    """Is called with each answer to a camera; implemented for Home Assistant."""

    def announce(self, record: MatchRecord) -> None:
        """A record was pushed."""

    def announce_loading(self, seen: Observation, loading: Loading, *, expires_at_s: float) -> None:
        """An observation has no answer, because the index is loading."""


class Answerer:
    """Admission, memories, lookup, push, tally, announcement; safe to use from several threads."""

    def __init__(
        self,
        *,
        live: Callable[[], View | None],
        lookup: Lookup,
        queue: MatchQueue,
        drops: Drops,
        listener: AnswerListener | None = None,
        ask_details: Callable[[str], object] = lambda _thing: None,
        camera_means: CameraMeans | None = None,
        retrained: Callable[[str], object] = lambda _training: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`live` is the follower's: it gives the present view, or raises LoadingError.

        `retrained` is the follower's too: it gets the name of the training that an endpoint serves, if that
        is not the view's.

        `ask_details` asks a camera for local features of its next frame; `clock` paces these asks.
        `camera_means` are the follower's, which are noted here.
        """
        self._live, self._retrained = live, retrained
        self._lookup = lookup
        self._queue = queue
        self._drops = drops
        self._listener = listener
        self._ask_details = ask_details
        self._camera_means = camera_means or CameraMeans()
        self._asked = Pace(DETAILS_EVERY_S, clock=clock)
        self._looked = Pace(DETAILS_EVERY_S / 2, clock=clock)
        self._admission = Admission(queue, drops, max_age_s=lookup.max_age_s)

    def answer(self, batch: Sequence[Observation]) -> list[Outcome]:
        """The outcome of each observation, in their order; of several of one camera the newest is answered.

        All are searched in one call, and memories and pushes are one round trip each.
        """
        try:
            view = self._live()
        except LoadingError as error:
            return [self._drop_loading(seen, error) for seen in batch]
        refusals = [self._admission.refusal(seen, view) for seen in batch]
        outcomes: dict[int, Outcome] = {n: refusal for n, refusal in enumerate(refusals) if refusal}
        admitted = [n for n in range(len(batch)) if n not in outcomes]
        # The newest of each camera stays; of those captured at the same moment, the one that came last.
        newest = {batch[n].thing: n for n in sorted(admitted, key=lambda n: batch[n].captured_at_s)}
        chosen = sorted(newest.values())
        for n in set(admitted) - set(chosen):
            outcomes[n] = self._drops.count("overtaken", "a newer frame of its camera came with it")
        outcomes |= zip(chosen, self._push([batch[n] for n in chosen], view), strict=True)
        return [outcomes[n] for n in range(len(batch))]

    def refuses_unread(self, thing: str, captured_at_s: float) -> bool:
        """Whether a message of a camera is too old to be decoded; it is counted then."""
        return self._admission.refuses_unread(thing, captured_at_s)

    def look(self, seen: Observation, *, k: int) -> MatchRecord:
        """The record of an observation that is not pushed, judged by itself, with `k` matches.

        Raises WireError for one that is not admitted, LoadingError, or UnavailableError.
        """
        view = self._live()
        admit(seen, view, max_age_s=self._lookup.max_age_s, now_s=time.time())
        (record,) = self._looked_up([seen], view, k=k)
        return record

    def _push(self, batch: Sequence[Observation], view: View | None) -> list[Outcome]:
        if not batch:
            return []
        try:
            memories = self._queue.memories([seen.thing for seen in batch])
            self._camera_means.note(memories)
            records = self._looked_up([self._paced(seen) for seen in batch], view, memories=memories)
            ids = self._queue.push_many(records)
        except UnavailableError as error:
            # A frame is not worth keeping: the next one comes soon.
            return [self._drops.note("unavailable", str(error)) for _ in batch]
        return [self._outcome(*pair) for pair in zip(records, ids, strict=True)]

    def _looked_up(self, batch: Sequence[Observation], view: View | None, **more: Any) -> list[MatchRecord]:
        """The records, once more by the view of another training if the endpoint has gone over to that."""
        try:
            return self._lookup.answer(batch, view, **more)
        except RetrainedError as error:
            self._retrained(error.training)
            return self._lookup.answer(batch, self._live(), **more)

    def _outcome(self, record: MatchRecord, record_id: int | None) -> Outcome:
        if record_id is None:
            return self._drops.count("overtaken", "a newer frame of its camera was answered before it")
        self._drops.tally.answered(record)
        if self._listener is not None:
            self._listener.announce(record)
        wants_details = self._wants_details(record)
        if wants_details:
            self._drops.tally.asked()
            self._ask_details(record.observation.thing)
        return Pushed(record, record_id, wants_details)

    def _wants_details(self, record: MatchRecord) -> bool:
        """Whether the camera is to be asked for local features now: once a second at most."""
        thing = record.observation.thing
        if record.wants_details and record.observation.local is not None:
            # None of the items has any, or the second look took too long.
            self._asked.rest(thing, for_s=IN_VAIN_S)
            return False
        return record.wants_details and self._asked.allows(thing)

    def _paced(self, seen: Observation) -> Observation:
        """The observation without local features if its camera sends these too often."""
        if seen.local is None or self._looked.allows(seen.thing):
            return seen
        self._drops.tally.looked("too_often")
        return replace(seen, local=None)

    def _drop_loading(self, seen: Observation, error: LoadingError) -> Dropped:
        if self._listener is not None:
            expires_at_s = seen.captured_at_s + self._lookup.max_age_s
            self._listener.announce_loading(seen, error.loading, expires_at_s=expires_at_s)
        return self._drops.note("loading", str(error))
