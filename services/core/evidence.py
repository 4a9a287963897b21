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

    def rounded(self) -> Detail:
        """It as the match queue keeps it."""
        return Detail(_rounded(self.items), round(self.none, 3))


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

    @property
    def floor(self) -> float:
        """The evidence of an item that is not among the nearest."""
        return self._ranked[2]

    @property
    def best(self) -> str | None:
        """The item that fits best."""
        return self._ranked[0]

    @property
    def second(self) -> float:
        """The most evidence of any item but the best."""
        return self._ranked[1]

    @cached_property
    def _ranked(self) -> tuple[str | None, float, float]:
        """The best item, the evidence of the second, and that of the last; all at once, for each frame."""
        if not self.items:
            return None, self.none, self.none
        ordered = sorted(self.items.values())
        return max(self.items, key=self.items.__getitem__), ordered[max(-2, -len(ordered))], ordered[0]

    @property
    def whole(self) -> Evidence:
        """Vectors and second look together."""
        return self if self.detail is None else self._with_detail

    @cached_property
    def _with_detail(self) -> Evidence:
        assert self.detail is not None
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
        return self.kept()[0]

    def kept(self) -> tuple[str, Vote]:
        """The JSON that the match queue keeps, and the vote that is read of it."""
        detail, evidence = self.evidence.detail, self.evidence
        read = Vote(
            self.captured_at_s,
            Evidence(_rounded(evidence.items), round(evidence.none, 3), detail and detail.rounded()),
            self.model,
            self.fresh,
            likely=round(self.likely, 4),
            scenes=Scenes(round(self.scenes.clear, 3), round(self.scenes.sure, 3)),
        )
        return read._text(), read

    def _text(self) -> str:
        """The JSON of a vote whose numbers are rounded."""
        detail, evidence = self.evidence.detail, self.evidence
        vote: dict[str, Any] = {"t": self.captured_at_s, "model": self.model, "fresh": self.fresh}
        vote |= {"items": evidence.items, "none": evidence.none}
        if detail is not None:
            vote["detail"] = {"items": detail.items, "none": detail.none}
        return to_compact_json(
            vote | {"likely": self.likely, "scenes": [self.scenes.clear, self.scenes.sure]}
        )

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


def _rounded(items: Mapping[str, float]) -> dict[str, float]:
    return {item_id: round(nats, 3) for item_id, nats in items.items()}
