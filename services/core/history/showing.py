"""Showings: what one camera showed without a break, as a row of the history."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from common.box import Box
from common.wire import from_iso
from services.core.catalogue.price import PRICE
from services.core.records import Verdict

# Runners-up below this probability say nothing, and more than these nobody reads.
LEAST_SCORE, RUNNERS_UP = 0.01, 5
# Feedback on a record waits this long for its showing's row.
SAID_WAITS_S = 15.0
# Of an id, which is as large as databases take.
MOST_NUMBER = 2**63 - 1


class SaidOf(StrEnum):
    """Feedback on a showing's best match."""

    RIGHT = "right"
    WRONG = "wrong"


class Review(StrEnum):
    """What a showing's review has come to; OPEN while it waits for one."""

    OPEN = "open"
    ITEM = "item"
    NEW_ITEM = "new_item"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Guess:
    """An item as it was called when it was shown, and the probability that the camera showed it."""

    id: str
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Said:
    """What people said of a showing; `reviewed_item` is the item that it really was, if that was said.

    `record` is the match record under whose id the items count it, `before` the feedback before the review.
    """

    feedback: SaidOf | None = None
    review: Review | None = None
    reviewed_item: str | None = None
    record: int | None = None
    before: SaidOf | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """One row of the history; times in Unix seconds.

    Its id is that of its first match record. `guesses` are the likeliest items, best first: the best is
    `item`, unless the verdict is `no_match`. `metadata` and `link` are the best's, as they were.
    `session`, `seq` and `box` name the frame that stands for it, and `has_picture` if that frame's picture is
    kept. `latency_ms` is the median of its frames, from captured to searched; `expires_at_s` is the last
    record's. `said` comes from people alone.
    """

    id: int
    thing: str
    began_at_s: float
    seen_at_s: float
    verdict: Verdict
    guesses: tuple[Guess, ...]
    last_record: int
    expires_at_s: float
    ended: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    link: str | None = None
    session: str | None = None
    seq: int | None = None
    box: Box | None = None
    frames: int = 1
    latency_ms: float | None = None
    has_picture: bool = False
    said: Said = Said()

    @property
    def item(self) -> Guess | None:
        """The item that it was taken for, None for `no_match`."""
        return self.guesses[0] if self.guesses and self.verdict != Verdict.NO_MATCH else None

    @property
    def runners_up(self) -> tuple[Guess, ...]:
        """The likeliest items but for `item`."""
        return self.guesses[1:] if self.item else self.guesses

    @property
    def score(self) -> float:
        """The probability of the likeliest item, 0 without any."""
        return self.guesses[0].score if self.guesses else 0.0

    @property
    def price(self) -> str | None:
        """The item's price as it was."""
        return self.metadata.get(PRICE) if self.item else None

    @property
    def review(self) -> Review | None:
        """What its review has come to: open if it was unsure or wrong and nobody has said what it was."""
        if self.said.review is not None:
            return self.said.review
        unsaid = self.verdict == Verdict.UNSURE and self.said.feedback is None
        return Review.OPEN if unsaid or self.said.feedback == SaidOf.WRONG else None


def showing_of(record: Mapping[str, Any]) -> Showing:
    """A showing of one match record; raises ValueError, KeyError, TypeError or IndexError for anything else.

    Other programs can write to the queue's list: what no store takes must not come as far as one.
    """
    matches, began_s = record["matches"], from_iso(record["captured_at"])
    best = matches[0] if matches else {}
    box = record.get("box")
    verdict, number = Verdict(record["verdict"]), _whole(record["id"])
    if verdict != Verdict.NO_MATCH and not matches:
        raise ValueError(f"record {number} is {verdict} and has no matches")
    named = {} if verdict == Verdict.NO_MATCH else best
    return Showing(
        id=number,
        thing=_text(record["thing"]),
        began_at_s=began_s,
        seen_at_s=began_s,
        verdict=verdict,
        guesses=_guesses(matches),
        last_record=number,
        expires_at_s=from_iso(record["expires_at"]),
        metadata={_text(name): _text(value) for name, value in (named.get("metadata") or {}).items()},
        link=None if named.get("link") is None else _text(named["link"]),
        session=None if record.get("session") is None else _text(record["session"]),
        seq=None if record.get("seq") is None else _whole(record["seq"]),
        box=None if box is None else (_number(box[0]), _number(box[1]), _number(box[2]), _number(box[3])),
        latency_ms=max(0.0, (from_iso(record["searched_at"]) - began_s) * 1000),
    )


def median_ms(latencies: list[float]) -> float | None:
    """The median, rounded to a tenth."""
    return round(statistics.median(latencies), 1) if latencies else None


def _guesses(matches: list[Mapping[str, Any]]) -> tuple[Guess, ...]:
    first = [Guess(_text(each["id"]), _text(each["title"]), _number(each["score"])) for each in matches]
    likely = [each for number, each in enumerate(first) if number == 0 or each.score >= LEAST_SCORE]
    return tuple(likely[: 1 + RUNNERS_UP])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!a:.40} is no text")
    value.encode()  # a lone surrogate is no text either
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST_NUMBER:
        raise ValueError(f"{value!a:.40} is no whole number from 0 to {MOST_NUMBER}")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not abs(value) < 1e9:
        raise ValueError(f"{value!a:.40} is no number")
    return float(value)
