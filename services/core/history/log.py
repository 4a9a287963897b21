"""The log of showings: match records go in, rows that have begun, changed or ended come out.

A camera has one open showing. A record belongs to it if its answer is the same: the same item, or an equal
of it; an unsure answer that has that item among its two likeliest; `no_match` after `no_match`. An unsure
showing becomes a match when one of its two likeliest is matched. Another answer is a showing of its own once
it has held for a while (HOLDS_S), by the search's clock; if the answer before comes back until then, it was
a flicker, of which nothing is kept. A match needs half a second, `unsure` one and `no_match` two: a hand
before a thing does not end its showing. A showing ends when another one begins, or its last record expires.
The camera's usual scene without a match, such as an empty desk, is none: it ends a showing, and begins none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple, Self

from common.wire import from_iso
from services.core.history.run import Run, run_of
from services.core.history.showing import Showing, showing_of
from services.core.history.usual_scene import UsualScene
from services.core.records import Verdict
from services.core.scene_marks import read_mark

Change = Literal["begun", "changed", "ended"]
# Seconds for which another answer has to hold.
HOLDS_S: Mapping[Verdict, float] = {Verdict.MATCH: 0.5, Verdict.UNSURE: 1.0, Verdict.NO_MATCH: 2.0}


class ShowingChange(NamedTuple):
    """A showing as it is now, and what has happened to it."""

    showing: Showing
    change: Change


class ShowingLog:
    """The open showing of each camera, and the answer that may follow it; to be used in one thread."""

    def __init__(self, opened: Iterable[Showing] = (), *, most: int = 1024) -> None:
        """`opened` are showings that had not ended, from the store; `most` cameras are followed at once."""
        self._open = {each.thing: run_of(each) for each in opened}
        self._next: dict[str, Run] = {}
        self._usual: dict[str, UsualScene] = {}
        self._most = most

    @classmethod
    def of(cls, opened: Iterable[Run], following: Iterable[Run], usual: Mapping[str, UsualScene]) -> Self:
        """The log that goes on with the runs of another one, and with what cameras usually show."""
        log = cls()
        log._open = {each.showing.thing: each for each in opened}
        log._next = {each.showing.thing: each for each in following}
        log._usual = dict(usual)
        return log

    @property
    def opened(self) -> list[Run]:
        """The open showings."""
        return list(self._open.values())

    @property
    def following(self) -> list[Run]:
        """The answers that may follow them."""
        return list(self._next.values())

    @property
    def usual(self) -> Mapping[str, UsualScene]:
        """What is known of the cameras' usual scenes."""
        return self._usual

    def take(self, record: Mapping[str, Any]) -> list[ShowingChange]:
        """What a match record changes; records come in the order of their ids.

        Raises ValueError, KeyError or TypeError for what is no match record.
        """
        seen = showing_of(record)
        thing, searched_s = seen.thing, from_iso(record["searched_at"])
        equals = frozenset(map(str, record.get("equals") or ())) | {each.id for each in seen.guesses[:1]}
        is_usual = self._is_usual(seen, record.get("scene"), searched_s)
        ended = self._gone(thing, seen.began_at_s)
        mine, rival = self._open.get(thing), self._next.get(thing)
        if mine is not None and mine.takes(seen, equals, is_usual=is_usual):
            self._next.pop(thing, None)
            return self._given(mine, "changed") if mine.add(seen, equals) else []
        if rival is not None and rival.takes(seen, equals, is_usual=is_usual):
            rival.add(seen, equals)
            return [*ended, *self._settled(thing, searched_s)]
        if mine is not None or rival is not None or self._has_room:
            latencies = [seen.latency_ms or 0.0]
            self._next[thing] = Run(seen, equals, searched_s, latencies, is_usual=is_usual)
        return ended

    def look_back(self, record: Mapping[str, Any]) -> None:
        """Learn from a record what its camera usually shows, and nothing else; raises what `take` does."""
        self._is_usual(showing_of(record), record.get("scene"), from_iso(record["searched_at"]))

    def _is_usual(self, seen: Showing, scene: object, searched_s: float) -> bool:
        """Whether a record is of its camera's usual scene, as far as that is known."""
        found = seen.guesses[0].id if seen.verdict == Verdict.MATCH else read_mark(scene)
        if found is None:
            return False
        usual = self._usual.pop(seen.thing, None) or UsualScene()
        self._usual[seen.thing] = usual
        if len(self._usual) > self._most:
            del self._usual[next(iter(self._usual))]
        return usual.take(found, searched_s)

    def passed(self, now_s: float) -> list[ShowingChange]:
        """What the mere passing of time changes, all records until now being taken."""
        settled = [change for thing in list(self._next) for change in self._settled(thing, now_s)]
        return [*settled, *(change for thing in list(self._open) for change in self._gone(thing, now_s))]

    def moved(self) -> list[Showing]:
        """The open showings that have gone on since they were last given out."""
        moved = [run for run in self._open.values() if run.fresh and not run.is_usual]
        for run in moved:
            run.fresh = False
        return [run.showing for run in moved]

    @property
    def _has_room(self) -> bool:
        return len(self._open.keys() | self._next.keys()) < self._most

    def _settled(self, thing: str, now_s: float) -> list[ShowingChange]:
        """Let an answer that has held for long enough begin a showing, and end the one before."""
        rival = self._next[thing]
        if now_s - rival.since_s < HOLDS_S[rival.showing.verdict]:
            return []
        del self._next[thing]
        before = self._ended(thing) if thing in self._open else []
        self._open[thing], rival.begun = rival, True
        return [*before, *self._given(rival, "begun")]

    def _gone(self, thing: str, now_s: float) -> list[ShowingChange]:
        """End a camera's showing whose last record has expired."""
        run = self._open.get(thing)
        return self._ended(thing) if run is not None and run.showing.expires_at_s < now_s else []

    def _ended(self, thing: str) -> list[ShowingChange]:
        run = self._open.pop(thing)
        run.showing = replace(run.showing, ended=True)
        return self._given(run, "ended")

    def _given(self, run: Run, change: Change) -> list[ShowingChange]:
        run.fresh = False
        return [] if run.is_usual else [ShowingChange(run.showing, change)]
