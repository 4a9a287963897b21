"""The health of the catalogue: its problems, and what to do about each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from services.contract.item_models import SamePictureAnswer
from services.contract.model_base import Answer, with_example

_PROBLEM: dict[str, Any] = {
    "kind": "too_near",
    "items": [
        {"id": "mug-7", "title": "Blue mug", "url": "http://127.0.0.1:8080/items/mug-7/image?v=5f0c"},
        {"id": "mug-3", "title": "Mug, blue", "url": "http://127.0.0.1:8080/items/mug-3/image?v=1d2e"},
    ],
    "value": 0.981,
    "picture": 0,
    "detail": "their pictures are alike to 98%",
    "advice": "Add pictures of the sides on which they differ, or make them one item.",
}
ProblemKind = Literal[
    "same_picture",
    "too_near",
    "confused",
    "often_corrected",
    "blurred",
    "tiny",
    "one_picture",
    "never_matched",
]


class ProblemItemAnswer(SamePictureAnswer):
    """An item that a problem is about."""

    url: str = Field(description="The address of the picture that the problem is about, or of its first.")


class ProblemAnswer(Answer):
    """One problem of an item, or of several together."""

    kind: ProblemKind = Field(description="What is wrong.")
    items: list[ProblemItemAnswer] = Field(description="The items that it is about, at most 10.")
    value: float | None = Field(
        description="The cosine (`too_near`), how often people said so (`confused`, `often_corrected`), the "
        "blur from 0 to 1 (`blurred`), or the shorter side in pixels (`tiny`); else null."
    )
    picture: int = Field(description="The picture's place among the item's, from 0.")
    detail: str = Field(description="What was found, in words.")
    advice: str = Field(description="What to do about it.")


class CheckingAnswer(Answer):
    """A check that runs."""

    done: int = Field(description="The number of items that it has read.")
    of: int = Field(description="The number of all items.")


class ItemHealthAnswer(Answer):
    """The latest report of the catalogue's health."""

    model_config = with_example(
        {
            "checked_at": "2026-11-29T13:30:00.123Z",
            "checking": None,
            "trouble": None,
            "items": 1200,
            "unread": 0,
            "counts": {"same_picture": 0, "too_near": 1, "one_picture": 40},
            "problems": [_PROBLEM],
        }
    )
    checked_at: str | None = Field(description="When the report was made; null before the first.")
    checking: CheckingAnswer | None = Field(description="The check that runs now; null without one.")
    trouble: str | None = Field(description="Why the last check failed; null if it did not.")
    items: int = Field(description="How many items were checked.")
    unread: int = Field(description="How many of their pictures can't be read.")
    counts: dict[ProblemKind, int] = Field(description="The number of problems of each kind.")
    problems: list[ProblemAnswer] = Field(description="The problems, most harmful kind first.")
