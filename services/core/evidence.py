"""A frame's evidence for each of the nearest items, and the vote that keeps it for later frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from common.compact_json import read_message, to_compact_json
from services.core.scenes import Scenes


@dataclass(frozen=True, slots=True)
class Detail:
    """What a second look adds to a frame's evidence, in nats: `items` by id (0 for others), and `none`."""

    items: Mapping[str, float]
    none: float


@dataclass(frozen=True)
class Evidence:
    """A frame's fit to items, in nats: `items` by id, `none` for "nothing of the catalogue".

    An item that is not in `items` fits no better than the worst of them. Both are by vectors alone; `detail`
    is what a second look adds, None if there was none. Only differences count: the probabilities are the
    softmax of all.
    """

    items: Mapping[str, float]
    none: float
    detail: Detail | None = None

    @cached_property
    def floor(self) -> float:
        """The evidence of an item that is not among the nearest."""
        return min(self.items.values(), default=self.none)

    @cached_property
    def best(self) -> str | None:
        """The item that fits best."""
        return max(self.items, key=self.items.__getitem__, default=None)

    @cached_property
    def second(self) -> float:
        """The most evidence of any item but the best."""
        return max((nats for item_id, nats in self.items.items() if item_id != self.best), default=self.floor)

    @cached_property
    def whole(self) -> Evidence:
        """Vectors and second look together."""
        if self.detail is None:
            return self
        more = self.detail.items
        items = {item_id: nats + more.get(item_id, 0.0) for item_id, nats in self.items.items()}
        return Evidence(items, self.none + self.detail.none)


@dataclass(frozen=True, slots=True)
class Vote:
    """One frame's evidence, and when it was captured (Unix seconds); `fresh` begins a new window.

    `likely` is the probability of the best item in the clearest frame of the scene so far, and `scenes`
    how the scenes before this one ended; only the newest vote's are read. So is `still_s`, the time for which
    the camera has seen the same scene.
    """

    captured_at_s: float
    evidence: Evidence
    model: str
    fresh: bool = False
    still_s: float = 0.0
    likely: float = 0.0
    scenes: Scenes = field(default_factory=Scenes)

    @property
    def detailed(self) -> bool:
        """Whether there was a second look at this frame."""
        return self.evidence.detail is not None

    def to_json(self) -> str:
        """The JSON that the match queue keeps."""
        vote: dict[str, Any] = {"t": self.captured_at_s, "model": self.model, "fresh": self.fresh}
        vote |= _rounded(self.evidence.items, self.evidence.none)
        if (detail := self.evidence.detail) is not None:
            vote["detail"] = _rounded(detail.items, detail.none)
        vote["likely"] = round(self.likely, 4)
        vote["scenes"] = [round(self.scenes.clear, 3), round(self.scenes.sure, 3)]
        return to_compact_json(vote)

    @classmethod
    def from_json(cls, text: str) -> Vote:
        """Read what `to_json` wrote, or an earlier version."""
        vote = read_message(text.encode())
        detail = vote.get("detail")
        return cls(
            vote["t"],
            Evidence(vote["items"], vote["none"], detail and Detail(detail["items"], detail["none"])),
            vote["model"],
            vote["fresh"],
            likely=vote.get("likely", 0.0),
            scenes=Scenes(*vote.get("scenes", ())),
        )


def _rounded(items: Mapping[str, float], none: float) -> dict[str, Any]:
    return {"items": {item_id: round(nats, 3) for item_id, nats in items.items()}, "none": round(none, 3)}
