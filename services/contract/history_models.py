"""The history of showings: rows, pages of them, and reviews."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from services.contract.model_base import Answer, Body, ShowingNumber, Text, with_example

SHOWING: dict[str, Any] = {
    "id": 1764423000123,
    "thing": "cam-1",
    "began_at": "2026-11-29T13:30:00.123Z",
    "seen_at": "2026-11-29T13:30:07.480Z",
    "ended_at": "2026-11-29T13:30:07.480Z",
    "verdict": "match",
    "item": {"id": "mug-7", "title": "Blue mug"},
    "link": "https://shop.example/mugs/7",
    "score": 0.9312,
    "runners_up": [{"id": "mug-3", "title": "Mug, blue", "score": 0.0521}],
    "price": "12.50",
    "frames": 31,
    "latency_ms": 48.2,
    "picture": True,
    "feedback": None,
    "review": None,
    "reviewed_item": None,
}
Reviewed = Literal["open", "item", "new_item", "not_in_catalogue", "ignored"]
Fed = Literal["right", "wrong"]


class ShownItemAnswer(Answer):
    """An item as it was called when it was shown."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title then.")


class RunnerUpAnswer(ShownItemAnswer):
    """An item that was less likely."""

    score: float = Field(description="The probability that the camera showed it, 0 to 1.")


class ShowingAnswer(Answer):
    """A showing: what one camera showed without a break."""

    model_config = with_example(SHOWING)
    id: int = Field(description="The id of its first match record.")
    thing: str = Field(description="The camera's name.")
    began_at: str = Field(description="When its first frame was captured.")
    seen_at: str = Field(description="When its last frame was captured.")
    ended_at: str | None = Field(description="The same once it has ended; null while it lasts.")
    verdict: Literal["match", "unsure", "no_match"] = Field(
        description="The verdict; of an unsure showing that became a match: `match`."
    )
    item: ShownItemAnswer | None = Field(description="What it was taken for; null for `no_match`.")
    link: str | None = Field(description="The item's own page.")
    score: float = Field(description="The probability of the likeliest item.")
    runners_up: list[RunnerUpAnswer] = Field(description="Up to 6 further items, likeliest first.")
    price: str | None = Field(description="The item's metadata `price` as it was.")
    frames: int = Field(description="The number of its frames.")
    latency_ms: float | None = Field(description="From captured to searched, the median of its frames.")
    picture: bool = Field(description="Whether GET /history/{id}/picture has what the camera saw.")
    feedback: Fed | None = Field(description="What people said of the match.")
    review: Reviewed | None = Field(
        description="`open` while it was unsure or wrong and waits; then its outcome; null if none is needed."
    )
    reviewed_item: str | None = Field(description="The id of the item that it was, as people said.")


class ShowingPageAnswer(Answer):
    """A page of the history."""

    model_config = with_example({"showings": [SHOWING], "next": "1764423000123-1764423000123"})
    showings: list[ShowingAnswer] = Field(description="Newest first.")
    next: str | None = Field(description="`after` of the next page; null on the last.")


class MostShownAnswer(Answer):
    """An item that was shown often."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title, as it was last.")
    count: int = Field(description="In how many showings it was matched.")


class HourAnswer(Answer):
    """The showings of an hour."""

    hour: int = Field(description="From 0, the day's first.")
    shown: int = Field(description="All showings that began in it.")
    matched: int = Field(description="Those with a match.")
    unsure: int = Field(description="Those that stayed unsure.")
    unknown: int = Field(description="Those without a match; an empty desk is one.")


_HOUR: dict[str, Any] = {"hour": 0, "shown": 9, "matched": 6, "unsure": 1, "unknown": 2}


class DayAnswer(Answer):
    """The summary of a day."""

    model_config = with_example(
        {
            "day": "2026-11-29",
            "thing": None,
            "shown": 9,
            "matched": 6,
            "unsure": 1,
            "unknown": 2,
            "judged": 4,
            "wrong": 1,
            "correction_rate": 0.25,
            "latency_p50_ms": 47.9,
            "latency_p95_ms": 88.1,
            "most_shown": [{"id": "mug-7", "title": "Blue mug", "count": 4}],
            "hours": [_HOUR],
        }
    )
    day: str = Field(description="The date.")
    thing: str | None = Field(description="The camera; null for all of them.")
    shown: int = Field(description="All showings that began on it.")
    matched: int = Field(description="Those with a match.")
    unsure: int = Field(description="Those that stayed unsure.")
    unknown: int = Field(description="Those without a match; an empty desk is one.")
    judged: int = Field(description="Those that people said to be right or wrong.")
    wrong: int = Field(description="Those of them that were wrong.")
    correction_rate: float | None = Field(description="`wrong` of `judged`; null if none was judged.")
    latency_p50_ms: float | None = Field(description="Half of the showings were answered faster.")
    latency_p95_ms: float | None = Field(description="95 of 100 showings were answered faster.")
    most_shown: list[MostShownAnswer] = Field(description="Up to 10 items, the one shown most first.")
    hours: list[HourAnswer] = Field(description="The day's 24 hours.")


class InboxGroupAnswer(Answer):
    """Showings that are probably of one thing."""

    id: str = Field(description="The same while its showings have the same two likeliest items.")
    showings: list[ShowingAnswer] = Field(description="Newest first.")


class InboxAnswer(Answer):
    """What waits for a review."""

    model_config = with_example(
        {
            "groups": [
                {
                    "id": "5f0c1d2e3a4b",
                    "showings": [{**SHOWING, "verdict": "unsure", "review": "open"}],
                }
            ],
            "open": 1,
        }
    )
    groups: list[InboxGroupAnswer] = Field(description="The group with the newest showing first.")
    open: int = Field(description="The number of all that wait; `groups` has the newest 500.")


class ReviewBody(Body):
    """What showings were."""

    model_config = with_example({"ids": [1764423000123], "is": "item", "item": "mug-7"})
    ids: list[ShowingNumber] = Field(description="The showings, at most 500.")
    outcome: Reviewed | None = Field(
        alias="is", description="What they were; null takes their reviews back. Not `open`."
    )
    item: Text | None = Field(None, description="The item's id, for `item` and `new_item`.")


class ReviewedAnswer(Answer):
    """Showings after a review."""

    model_config = with_example(
        {"showings": [{**SHOWING, "feedback": "right", "review": "item", "reviewed_item": "mug-7"}]}
    )
    showings: list[ShowingAnswer] = Field(description="Those that are still there.")


class DeletedAnswer(Answer):
    """Showings that were deleted."""

    model_config = with_example({"deleted": 12})
    deleted: int = Field(description="How many there were.")


class HistoryStateAnswer(Answer):
    """The state of the history; its trouble stops no match."""

    model_config = with_example({"kept": True, "ok": True, "detail": None, "days": 30, "to_review": 2})
    kept: bool = Field(description="Whether a history is kept here.")
    ok: bool = Field(description="False while it can't be written, and what is shown waits in memory.")
    detail: str | None = Field(description="What is wrong, or why none is kept.")
    days: int = Field(description="The days after which a showing is deleted.")
    to_review: int = Field(description="How many showings wait for a review.")
