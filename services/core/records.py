"""Answers: verdicts, neighbours, matches and match records."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from common.codes import Code
from common.compact_json import to_compact_json
from common.wire import Observation, Vectors, to_iso
from services.core.camera_mean import CameraMean, SeenFrame, seen_scene
from services.core.domain import ItemFacts
from services.core.evidence import Vote
from services.core.scene_marks import mark_of

# Number of items in a match record, unless another one is asked for.
K = 6
# The camera's name in the record of a picture that no camera took.
UPLOAD = "upload"


# How a frame's codes go with its picture: they are of the item that it matched (agrees) or of another one
# (contradicts), or decide where it alone was not sure, or leave it unclear, as one that several items have.
CodeWord = Literal["agrees", "decides", "contradicts", "unclear"]


class Verdict(StrEnum):
    """The answer to "is it in the catalogue?"."""

    MATCH = "match"
    UNSURE = "unsure"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the probability of each of the nearest items that the camera shows it.

    Equal items, which no camera can tell apart, have the probability of "one of them" each; `equals` are the
    likeliest's, itself included, with their evidence in nats. It is empty if that has none.
    """

    verdict: Verdict
    probabilities: Mapping[str, float]
    equals: Mapping[str, float] = field(default_factory=dict)


# Not frozen, but nobody changes one: a frozen one takes 1 us to make instead of 0.2, and a query has fifty.
@dataclass(slots=True)
class Neighbour:
    """An item near a query; `distance` is the Euclidean distance of unit vectors, 0 to 2.

    `row` is the number that the index gave to the nearest of the item's vectors when it was added, and to no
    other vector since; -1 where an index has none. `vector` is that vector, float32 [dim], where it is known,
    and `sketch` its sketch, int8 [SKETCH_DIM], where that is what is known.
    `score` orders the neighbours, the highest first: their cosine, unless something damps it. `inliers` is
    the number of local features that a second look found again in the item, None if it took none.
    """

    item_id: str
    distance: float
    row: int = -1
    vector: Vectors | None = field(default=None, compare=False, repr=False)
    sketch: NDArray[np.int8] | None = field(default=None, compare=False, repr=False)
    score: float = math.nan
    inliers: int | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.score):
            self.score = self.cosine

    @property
    def cosine(self) -> float:
        """The cosine of what is compared, -1 to 1."""
        return 1.0 - self.distance**2 / 2


@dataclass(frozen=True, slots=True)
class ShownItem:
    """What is the same in each match of an item: JSON `before` score and distance, and `after` these."""

    item: ItemFacts
    url: str
    before: str
    after: str

    @classmethod
    def of(cls, item: ItemFacts, url: str) -> ShownItem:
        """The item with its picture's address."""
        before = to_compact_json({"id": item.id, "title": item.title, "url": url, "link": item.link})
        after = to_compact_json({"metadata": dict(item.metadata)})
        return cls(item, url, f"{before[:-1]},", after[1:])


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that a camera has read, and its item's id; None if it is of no item, or not of one alone."""

    code: Code
    item_id: str | None

    def to_json(self) -> dict[str, Any]:
        """The form of the match record's `codes`.

        The text of a QR code that no item has stays out of it, as it may be a password or a ticket.
        """
        code = self.code
        text = code.text if self.item_id is not None or code.kind != "qr" else None
        box = [round(share, 4) for share in code.box]
        return {"kind": code.kind, "text": text, "box": box, "item": self.item_id}


@dataclass(frozen=True, slots=True)
class Match:
    """A neighbour with its item's facts.

    `url` is its picture's absolute address, `score` the probability that the camera shows it. `shown` is what
    has been made of the item already. One that is here by its code alone has a distance that is no number.
    """

    item: ItemFacts
    neighbour: Neighbour
    url: str
    score: float
    shown: ShownItem | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """The form of the match record's `matches`."""
        found: dict[str, Any] = json.loads(self.to_text())
        return found

    def to_text(self) -> str:
        """The same as JSON."""
        shown = self.shown or ShownItem.of(self.item, self.url)
        score, distance = round(self.score, 4), self.neighbour.distance
        told = "null" if math.isnan(distance) else repr(round(distance, 4))
        return f'{shown.before}"score":{score!r},"distance":{told},{shown.after}'


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """The answer to one observation, before the match queue has given it an id; times in Unix seconds.

    `frames` of the camera agreed on it; `vote` is this frame's, for the frames that follow. `mean` is the
    camera's mean with this frame, None if the frame leaves it as it is. `equals` are the ids of the matches
    that are equal to the best, itself included; none if it has no equal. It `wants_details` if local features
    of the camera's next frame might change the answer. `codes` are those of the frame, and `code` says how
    they go with the picture, None if no item has them.
    """

    observation: Observation
    model: str | None
    verdict: Verdict
    matches: tuple[Match, ...]
    searched_at_s: float
    expires_at_s: float
    timings_ms: Mapping[str, float]
    frames: int = 1
    vote: Vote | None = None
    equals: tuple[str, ...] = ()
    wants_details: bool = False
    mean: CameraMean | None = None
    codes: tuple[FoundCode, ...] = ()
    code: CodeWord | None = None

    @property
    def seen_frame(self) -> SeenFrame | None:
        """The frame for the camera's last minute; None if its vectors have no direction."""
        scene = seen_scene(self.observation.vectors)
        best_id = self.matches[0].item.id if self.matches else None
        at_s = self.observation.captured_at_s
        return None if scene is None else SeenFrame(at_s, scene, best_id, self.verdict, self.model)

    @property
    def scene(self) -> str | None:
        """The mark of what was seen, None with `match`, where the item says it, and without any direction."""
        if self.verdict is Verdict.MATCH:
            return None
        scene = seen_scene(self.observation.vectors)
        return None if scene is None else mark_of(scene)

    @property
    def margin(self) -> float:
        """The difference between the best match's score and that of the second, its equals left out."""
        others = self.equals[1:]
        scores = [match.score for match in self.matches if match.item.id not in others]
        return scores[0] - max(scores[1:], default=0.0) if scores else 0.0

    def to_json(self) -> str:
        """The record as one line of JSON, without its `id`.

        Apostrophes are written as \\u0027, because the 2018 sample's page swaps quotes before it parses.
        """
        seen = self.observation
        before = {
            "thing": seen.thing,
            "session": seen.session,
            "seq": seen.seq,
            "captured_at": to_iso(seen.captured_at_s),
            "searched_at": to_iso(self.searched_at_s),
            "expires_at": to_iso(self.expires_at_s),
            "model": self.model,
            "verdict": self.verdict,
            "frames": self.frames,
            "margin": round(self.margin, 4),
            **({"equals": list(self.equals)} if self.equals else {}),
        }
        timings_ms = {stage: round(ms, 2) for stage, ms in self.timings_ms.items()}
        codes = {"codes": [each.to_json() for each in self.codes], "code": self.code} if self.codes else {}
        scene = self.scene
        marked = {"scene": scene} if scene else {}
        after = {"box": seen.box, **marked, **codes, "timings_ms": timings_ms}
        matches = ",".join([match.to_text() for match in self.matches])
        text = f'{to_compact_json(before)[:-1]},"matches":[{matches}],{to_compact_json(after)[1:]}'
        return text.replace("'", "\\u0027")
