"""The trial of a new item before it is saved."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from services.contract.model_base import Answer, with_example


class TrialNearestAnswer(Answer):
    """An item of the catalogue that the pictures look like."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title.")
    score: float = Field(description="0 to 1: the probability that the pictures show it.")


class TrialItemAnswer(Answer):
    """An item of the catalogue."""

    id: str = Field(description="Its id.")
    title: str = Field(description="Its title.")


class TrialAnswer(Answer):
    """What a new item would have been named for."""

    model_config = with_example(
        {
            "frames": 48,
            "would_name": 31,
            "empty_frames": 22,
            "would_name_empty": 19,
            "nearest": [{"id": "mug-7", "title": "Blue mug", "score": 0.21}],
            "warning": "empty_desk",
            "other": None,
        }
    )
    frames: int = Field(description="The camera's frames of the last minute that it was tried against.")
    would_name: int = Field(description="How many of them it would be named for.")
    empty_frames: int = Field(description="Those that showed no item, before and after the thing was shown.")
    would_name_empty: int = Field(description="How many of these it would be named for.")
    nearest: list[TrialNearestAnswer] = Field(description="The nearest other items, nearest first.")
    warning: Literal["empty_desk", "another_item"] | None = Field(
        description="`empty_desk`: it would be named with nothing there; `another_item`: instead of `other`."
    )
    other: TrialItemAnswer | None = Field(description="The item that it is mistaken for; else null.")
