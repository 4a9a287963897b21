"""The ports of the history; each is implemented in services/adapters and by a fake in tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from services.core.errors import InputError
from services.core.history.log import Change
from services.core.history.showing import Review, Said, SaidOf, Showing
from services.core.records import Verdict


class ShowingListener(Protocol):
    """Is told what the history has written."""

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        """A showing has begun, changed (unsure became a match) or ended; called once each, after its row was
        written, in the history's own thread: it must not wait for anything, and its errors are logged.

        After a restart the records of the time before are caught up with: `expires_at_s` says whether a
        match is still live.
        """


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the history, newest first: behind the showing of this time and id."""

    began_ms: int
    id: int

    @classmethod
    def of(cls, showing: Showing) -> Self:
        """The place behind a showing."""
        return cls(round(showing.began_at_s * 1000), showing.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `str(position)`; raises InputError."""
        found = re.fullmatch(r"(\d{1,16})-(\d{1,18})", text, re.ASCII)
        if found is None:
            raise InputError(f"`after` is {text[:40]!a}; expected `next` of the page before")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.began_ms}-{self.id}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which showings are asked for; None for any. Those that began from `from_s` on and before `to_s`."""

    thing: str | None = None
    from_s: float | None = None
    to_s: float | None = None
    verdict: Verdict | None = None
    item: str | None = None
    feedback: SaidOf | None = None
    review: Review | None = None
    ended: bool | None = None

    def takes(self, showing: Showing) -> bool:
        """Whether it is asked for."""
        began_s, item = showing.began_at_s, showing.item
        return (
            self.thing in (None, showing.thing)
            and (self.from_s is None or began_s >= self.from_s)
            and (self.to_s is None or began_s < self.to_s)
            and self.verdict in (None, showing.verdict)
            and (self.item is None or (item is not None and item.id == self.item))
            and self.feedback in (None, showing.said.feedback)
            and self.review in (None, showing.review)
            and self.ended in (None, showing.ended)
        )


class HistoryStore(Protocol):
    """The rows of the history; safe to use from several threads. Every call may raise UnavailableError."""

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        """Write new rows, and those that have gone on unless they were deleted.

        They outlast the process on return. After an error some of them may be written: to write all of them
        again is right. What people said (`said`) is not written, and stays; nor is `has_picture`.
        """

    def say(self, said: Mapping[int, Said]) -> None:
        """Replace what people said of these showings; those that are gone are left out."""

    def note_pictures(self, ids: Sequence[int]) -> None:
        """Note that the pictures of these showings are kept."""

    def get_many(self, ids: Sequence[int]) -> list[Showing]:
        """The showings of these ids, in any order, without those that are gone."""

    def page(self, wanted: Wanted, *, after: Position | None = None, limit: int = 100) -> list[Showing]:
        """The next showings that are asked for, newest first, those behind `after`."""

    def opened(self) -> list[Showing]:
        """Those that have not ended."""

    def with_record(self, thing: str, record_id: int) -> Showing | None:
        """The showing of a camera that a match record belongs to."""

    def delete(self, ids: Sequence[int], /) -> int:
        """Delete rows; gives the number of those that there were."""

    def count(self, wanted: Wanted) -> int:
        """The number of showings that are asked for."""

    def shown(self) -> Mapping[str, int]:
        """The number of showings that were taken for each item, by its id."""

    def check_write(self) -> None:
        """Write something that is no row, durable on return."""


class HistoryPictures(Protocol):
    """The pictures of showings, JPEG files by the showing's id; every call may raise UnavailableError."""

    def put(self, showing_id: int, jpeg: bytes, /) -> None:
        """Keep a showing's picture, in place of an earlier one; it need not outlast a power cut."""

    def get(self, showing_id: int, /) -> bytes | None:
        """The picture, None without one."""

    def delete(self, ids: Sequence[int], /) -> object:
        """Delete the pictures of these showings; those without one are passed over."""


class ShowingKeeper(Protocol):
    """Writes the history. `trouble` is why its store takes nothing, None if it does."""

    trouble: str | None

    def listen(self, listener: ShowingListener, /) -> None:
        """Tell a listener of all that is written from now on."""

    def take(self, record: Mapping[str, Any], /) -> None:
        """A match record has come."""

    def say(self, thing: str, record_id: int, said: Said, /) -> None:
        """People have said this of a match record: it is written now, or with its showing's row."""

    def write(self) -> None:
        """Write what has changed; a store's trouble is kept in `trouble`."""

    def catch_up(self) -> None:
        """Somebody is going to read the rows: bring them up to date, unless that is done all the time."""


def all_of(store: HistoryStore, wanted: Wanted, *, at_once: int = 500) -> Iterator[Showing]:
    """All showings that are asked for, newest first, read a page at a time."""
    after: Position | None = None
    while page := store.page(wanted, after=after, limit=at_once):
        yield from page
        after = Position.of(page[-1])
