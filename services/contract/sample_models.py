"""The answer about the sample catalogue."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from services.contract.model_base import Answer, with_example


class SamplesAnswer(Answer):
    """The samples in the catalogue, and what is being done with them."""

    model_config = with_example(
        {
            "total": 61,
            "present": 23,
            "changed": 1,
            "own": 4,
            "doing": "loading",
            "trouble": None,
            "change": 83,
            "ids": ["mug-harbour", "ball-basket"],
        }
    )
    total: int = Field(description="How many samples there are; 0 if this installation has none.")
    present: int = Field(description="How many of them are in the catalogue.")
    changed: int = Field(description="How many of these somebody changed; they are not removed.")
    own: int = Field(description="How many other items are in the catalogue.")
    doing: Literal["loading", "removing"] | None = Field(description="What is under way; null if nothing is.")
    trouble: str | None = Field(description="Why the last loading or removing failed; null if it did not.")
    change: int = Field(description="The catalogue's newest change; /healthz says when a search has read it.")
    ids: list[str] = Field(description="The ids of all samples.")
