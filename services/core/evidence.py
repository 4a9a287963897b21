"""A frame's evidence for each of the nearest items, and the vote that keeps it for later frames."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """A frame's fit to items, in nats: `items` by id, `none` for "nothing of the catalogue".

    An item that is not in `items` fits no better than the worst of them.
    """

    items: Mapping[str, float]
    none: float

    @property
    def floor(self) -> float:
        """The evidence of an item that is not among the nearest."""
        return min(self.items.values(), default=self.none)

    @property
    def best(self) -> str | None:
        """The item that fits best."""
        return max(self.items, key=self.items.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class Vote:
    """One frame's evidence, and when it was captured (Unix seconds); `fresh` begins a new window.

    `still_s`, which only the newest vote needs, is the time for which the camera has seen the same scene.
    """

    captured_at_s: float
    evidence: Evidence
    model: str
    fresh: bool = False
    still_s: float = 0.0
    # Whether there was a second look at this frame.
    detailed: bool = False

    def to_json(self) -> str:
        """The JSON that the match queue keeps."""
        items = {item_id: round(nats, 3) for item_id, nats in self.evidence.items.items()}
        vote = {"t": self.captured_at_s, "items": items, "none": round(self.evidence.none, 3)}
        vote |= {"model": self.model, "fresh": self.fresh} | ({"detailed": True} if self.detailed else {})
        return json.dumps(vote, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Vote:
        """Read what `to_json` wrote."""
        vote = json.loads(text)
        evidence = Evidence(vote["items"], vote["none"])
        detailed = vote.get("detailed", False)
        return cls(vote["t"], evidence, vote["model"], vote["fresh"], detailed=detailed)
