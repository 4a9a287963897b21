"""The things that the services talk about: items, neighbours, verdicts and match records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.core.wire import Observation, Vectors, to_iso

_ITEM_ID = re.compile(r"[^\s/\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")


class InputError(Exception):
    """What a person or a client gave is refused; the text says what was wrong and what was expected."""


class UnavailableError(Exception):
    """A dependency (item store, Redis, broker, search) does not answer; the text names it."""


class Verdict(StrEnum):
    """The answer to "is it in the catalogue?"."""

    MATCH = "match"
    UNSURE = "unsure"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the catalogue; `vectors` is float32 [views, dim], made by the model `model`.

    `picture` is the key of its picture in the picture store, `link` the item's own page.
    """

    id: str
    title: str
    picture: str
    model: str
    vectors: Vectors
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the item store's history: the item was written, or is gone, as of `cursor`."""

    cursor: int
    item_id: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An item near a query; `distance` is the Euclidean distance of unit vectors, 0 to 2.

    `row` is the number of the index's row that came so near, where the index has rows.
    """

    item_id: str
    distance: float
    row: int = -1

    @property
    def score(self) -> float:
        """The cosine similarity, cut off below 0: for unit vectors 1 - distance² / 2."""
        return max(0.0, 1.0 - self.distance**2 / 2)


@dataclass(frozen=True, slots=True)
class Match:
    """A neighbour with what people want to know of it; `url` is its picture's absolute address."""

    item: Item
    neighbour: Neighbour
    url: str

    def to_json(self) -> dict[str, Any]:
        """The form of the match record's `matches`."""
        return {
            "id": self.item.id,
            "title": self.item.title,
            "url": self.url,
            "link": self.item.link,
            "score": round(self.neighbour.score, 4),
            "distance": round(self.neighbour.distance, 4),
            "metadata": dict(self.item.metadata),
        }


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """The answer to one observation, before the match queue has given it an id; times in Unix seconds."""

    observation: Observation
    model: str | None
    verdict: Verdict
    matches: tuple[Match, ...]
    searched_at_s: float
    expires_at_s: float
    timings_ms: Mapping[str, float]

    def to_json(self) -> str:
        """The record as one line of JSON, without its `id`.

        Apostrophes are written as \\u0027, because the 2018 sample's page swaps quotes before it parses.
        """
        seen = self.observation
        record = {
            "thing": seen.thing,
            "session": seen.session,
            "seq": seen.seq,
            "captured_at": to_iso(seen.captured_at_s),
            "searched_at": to_iso(self.searched_at_s),
            "expires_at": to_iso(self.expires_at_s),
            "model": self.model,
            "verdict": self.verdict,
            "matches": [match.to_json() for match in self.matches],
            "box": seen.box,
            "timings_ms": {stage: round(ms, 2) for stage, ms in self.timings_ms.items()},
        }
        return json.dumps(record, separators=(",", ":"), ensure_ascii=False).replace("'", "\\u0027")


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8; half of a surrogate pair can't, though JSON may hold one."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def check_item_id(item_id: str) -> str:
    """Return `item_id` if it can be one; raises InputError otherwise."""
    if _ITEM_ID.fullmatch(item_id) is None or item_id in (".", "..") or not is_text(item_id):
        expected = "1 to 200 characters without slashes, control characters or a leading space"
        raise InputError(f"item id {item_id[:60]!a} is not allowed; expected {expected}")
    return item_id
