"""Agreement over the last frames of one camera: each frame's evidence is a vote, kept in the match queue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# A camera's last so many votes are agreed on, none older than this when the scene last changed.
FRAMES = 8
WINDOW_S = 1.5
# So many nats below the frame's best, the window's favourite is out of sight: another item is shown.
CHANGED = 4.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """How well a frame fits items, in nats: `items` by id, `none` for "nothing of the catalogue".

    What is not in `items` fits no better than the worst that is.
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

    `still_s`, which only the newest vote needs, is for how long the camera has seen the same scene.
    """

    captured_at_s: float
    evidence: Evidence
    model: str
    fresh: bool = False
    still_s: float = 0.0

    def to_json(self) -> str:
        """The form in which the match queue keeps it."""
        items = {item_id: round(nats, 3) for item_id, nats in self.evidence.items.items()}
        vote = {"t": self.captured_at_s, "items": items, "none": round(self.evidence.none, 3)}
        return json.dumps(vote | {"model": self.model, "fresh": self.fresh}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Vote:
        """Read what `to_json` wrote."""
        vote = json.loads(text)
        return cls(vote["t"], Evidence(vote["items"], vote["none"]), vote["model"], vote["fresh"])


def window(votes: Sequence[Vote], now: Vote) -> list[Vote]:
    """The earlier votes, newest first, that speak of what `now` sees: near in time, and of the same scene."""
    chosen: list[Vote] = []
    for vote in votes[: FRAMES - 1]:
        age_s = now.captured_at_s - vote.captured_at_s
        # Of a still scene frames come rarely, but what was seen before it went still is of that scene too.
        if not 0 <= age_s <= WINDOW_S + now.still_s or vote.model != now.model:
            break
        chosen.append(vote)
        if vote.fresh:
            break
    favourite = agree([vote.evidence for vote in chosen]).best if chosen else None
    best = now.evidence.best
    if favourite is None or best is None:
        return []
    seen = now.evidence.items
    # A frame that fits the favourite badly, beside another that fits well, shows another item.
    return [] if seen[best] - seen.get(favourite, now.evidence.floor) > CHANGED else chosen


def agree(evidence: Sequence[Evidence]) -> Evidence:
    """The mean evidence of several frames.

    Not their sum: what blurs or covers a frame differs in the next and averages out, but a stranger that
    looks like an item does so in every frame, and more frames must not make that surer.
    """
    ids = dict.fromkeys(item_id for each in evidence for item_id in each.items)
    floors = [each.floor for each in evidence]  # once a frame, not once an item
    items = {
        item_id: sum(each.items.get(item_id, floor) for each, floor in zip(evidence, floors, strict=True))
        / len(evidence)
        for item_id in ids
    }
    return Evidence(items, sum(each.none for each in evidence) / len(evidence))
