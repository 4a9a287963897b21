"""The history of showings: rows, pages of them, and reviews."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from services.contract.model_base import Answer, with_example

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
