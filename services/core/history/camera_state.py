"""What is remembered of a camera's showings between the calls of functions, of which none lives on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from common.compact_json import read_message, to_compact_json
from services.core.history.log import ShowingChange, ShowingLog
from services.core.history.run import Run
from services.core.history.showing import Review, Said, SaidOf, Showing
from services.core.history.showing_json import showing_from_json, showing_to_json
from services.core.history.usual_scene import UsualScene

# Rows that wait for a store which does not answer; beyond that the oldest are dropped.
MOST_DUE = 100
# A row that goes on is written once in this time by itself, and once a second while somebody reads.
WRITE_EVERY_S, READ_EVERY_S = 300.0, 1.0


class SaidOfRecord(NamedTuple):
    """Feedback on a match record whose row is not written yet, and until when it waits for that."""

    until_s: float
    record: int
    said: Said


@dataclass(slots=True)
class CameraState:
    """The showings of one camera, and what is to be written of them; `taken` is the record taken last."""

    log: ShowingLog = field(default_factory=ShowingLog)
    taken: int = 0
    # Rows by their showing, and which of them are new.
    due: dict[int, Showing] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    said: list[SaidOfRecord] = field(default_factory=list)
    written_s: float = 0.0
    # The store is not tried again before that.
    retry_s: float = 0.0

    @classmethod
    def parse(cls, text: str | None) -> CameraState:
        """The state of `text`; a new one for None, and for what another version has kept."""
        if text is None:
            return cls()
        try:
            return cls._of(read_message(text.encode()))
        except (ValueError, KeyError, TypeError, IndexError):
            return cls()

    @classmethod
    def _of(cls, value: Mapping[str, Any]) -> CameraState:
        rows = [showing_from_json(each) for each in value["due"]]
        opened, following = ([Run.from_json(each) for each in value[name]] for name in ("open", "next"))
        usual = {thing: UsualScene.from_json(each) for thing, each in value["usual"].items()}
        return cls(
            ShowingLog.of(opened, following, usual),
            value["taken"],
            {each.id: each for each in rows},
            set(value["begun"]),
            [SaidOfRecord(until_s, record, _said(said)) for until_s, record, said in value["said"]],
            value["written_s"],
            value["retry_s"],
        )

    @property
    def text(self) -> str | None:
        """All of it, None if nothing is to be remembered."""
        if not (self.log.opened or self.log.following or self.due or self.said):
            return None
        return to_compact_json(
            {
                "open": [each.to_json() for each in self.log.opened],
                "next": [each.to_json() for each in self.log.following],
                "usual": {thing: each.to_json() for thing, each in self.log.usual.items()},
                "taken": self.taken,
                "due": [showing_to_json(each) for each in self.due.values()],
                "begun": sorted(self.begun),
                "said": [[each.until_s, each.record, list(_texts(each.said))] for each in self.said],
                "written_s": self.written_s,
                "retry_s": self.retry_s,
            }
        )

    def take(self, record: Mapping[str, Any], now_s: float) -> list[ShowingChange]:
        """What a match record changes; one that was overtaken by a newer one changes nothing.

        Raises ValueError, KeyError or TypeError for what is no match record.
        """
        if int(record["id"]) <= self.taken:
            return []
        changes = self.log.take(record)
        self.taken = int(record["id"])
        return self._note(changes, now_s, every_s=WRITE_EVERY_S)

    def passed(self, now_s: float) -> list[ShowingChange]:
        """What the passing of time changes, for somebody who is going to read the rows."""
        self.said = [each for each in self.said if each.until_s >= now_s]
        return self._note(self.log.passed(now_s), now_s, every_s=READ_EVERY_S)

    def showing_of(self, record_id: int) -> Showing | None:
        """The showing that a record belongs to, among the open one and the one that may follow."""
        runs = (each.showing for each in (*self.log.opened, *self.log.following))
        return next((each for each in runs if each.id <= record_id <= each.last_record), None)

    def begun_and_moved(self) -> tuple[list[Showing], list[Showing]]:
        """The rows that are due: new ones, and those that have gone on."""
        rows = self.due.values()
        begun = [each for each in rows if each.id in self.begun]
        return begun, [each for each in rows if each.id not in self.begun]

    def written(self, now_s: float) -> None:
        """What was due is written."""
        self.due, self.begun, self.written_s, self.retry_s = {}, set(), now_s, 0.0

    def _note(self, changes: Sequence[ShowingChange], now_s: float, *, every_s: float) -> list[ShowingChange]:
        self.due |= {each.showing.id: each.showing for each in changes}
        self.begun |= {each.showing.id for each in changes if each.change == "begun"}
        if changes or now_s - self.written_s >= every_s:
            self.due |= {each.id: each for each in self.log.moved()}
        while len(self.due) > MOST_DUE:
            oldest = next(iter(self.due))
            del self.due[oldest]
            self.begun.discard(oldest)
        return list(changes)


def _texts(said: Said) -> tuple[Any, ...]:
    return said.feedback, said.review, said.reviewed_item, said.record, said.before


def _said(values: Sequence[Any]) -> Said:
    feedback, review, item, record, before = values
    return Said(
        feedback and SaidOf(feedback), review and Review(review), item, record, before and SaidOf(before)
    )


def ended(showing: Showing) -> Showing:
    """A showing that has ended."""
    return replace(showing, ended=True)
