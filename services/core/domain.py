"""The domain's types: items, neighbours, verdicts and match records."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from common.wire import Observation, Vectors, to_iso
from services.core.evidence import Vote
from services.core.revision import content_revision

# Number of items in a match record, unless another one is asked for.
K = 6
# The camera's name in the record of a picture that no camera took.
UPLOAD = "upload"
_ITEM_ID = re.compile(r"[^\s/\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]{0,199}")

# No item can have this id: GET /items/archive answers with all items.
RESERVED_ITEM_IDS = frozenset({"archive"})


class InputError(Exception):
    """Wrong input of a person or client; the text says what was wrong and what was expected."""


class MissingError(Exception):
    """The subject of a request does not exist (any more); the text names it."""


class ConflictError(Exception):
    """A request conflicts with the present state; the text says what that is."""


class RevisionError(ConflictError):
    """An item has changed since the maker of a change read it; `current` is it now, None if it is gone."""

    def __init__(self, text: str, *, current: Item | None) -> None:
        super().__init__(text)
        self.current = current


class UnavailableError(Exception):
    """A dependency (item store, Redis, broker, search) does not answer; the text names it."""


@dataclass(frozen=True, slots=True)
class Loading:
    """Progress of the first reading of the item store, in items; `total` is None until it has begun."""

    read: int = 0
    total: int | None = None

    def __str__(self) -> str:
        if self.total is None:
            return "the item store has not been read yet"
        return f"{self.read} of {self.total} items read"

    def to_json(self) -> dict[str, int | None]:
        """The JSON that HTTP and MQTT carry."""
        return {"read": self.read, "total": self.total}


class LoadingError(UnavailableError):
    """The index has not read the item store yet, so it gives no answer; `loading` is its progress."""

    def __init__(self, loading: Loading) -> None:
        super().__init__(f"the index is loading: {loading}")
        self.loading = loading


class Verdict(StrEnum):
    """The answer to "is it in the catalogue?"."""

    MATCH = "match"
    UNSURE = "unsure"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the probability of each of the nearest items that the camera shows it."""

    verdict: Verdict
    probabilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item without its vectors, of which `views` is the number.

    The fields mean what those of Item mean.
    """

    id: str
    title: str
    picture: str
    model: str
    views: int
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    more_pictures: tuple[str, ...] = ()

    @property
    def pictures(self) -> tuple[str, ...]:
        """The keys of all its pictures, the one that is shown first."""
        return (self.picture, *self.more_pictures)

    @property
    def revision(self) -> str:
        """Changes with its words and its pictures; see `content_revision`."""
        return content_revision(
            title=self.title, link=self.link, metadata=self.metadata, pictures=self.pictures
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the catalogue; `vectors` is float32 [views, dim], made by the model `model`.

    It is found by these; `probes`, float32 [probes, dim], are of made-up camera frames of it, made from its
    pictures, and serve the calibration alone. Both are those of all its pictures, in their order, and
    `recipe` is the version of the recipe that made views and probes out of each (catalogue/views.py).
    `picture` is the key of the picture that is shown, in the picture store; `more_pictures` are those of
    further views. `link` is the item's own page. `right` and `wrong` are how often people confirmed it and
    how often it was shown wrongly; the item store counts them.
    """

    id: str
    title: str
    picture: str
    model: str
    vectors: Vectors
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    probes: Vectors = field(default_factory=lambda: np.empty((0, 0), np.float32))
    more_pictures: tuple[str, ...] = ()
    recipe: int = 1

    @property
    def pictures(self) -> tuple[str, ...]:
        """The keys of all its pictures, the one that is shown first."""
        return (self.picture, *self.more_pictures)

    @property
    def revision(self) -> str:
        """Changes with its words and its pictures; see `content_revision`."""
        return content_revision(
            title=self.title, link=self.link, metadata=self.metadata, pictures=self.pictures
        )

    @property
    def facts(self) -> ItemFacts:
        """The item without its vectors."""
        return ItemFacts(
            id=self.id,
            title=self.title,
            picture=self.picture,
            model=self.model,
            views=len(self.vectors),
            link=self.link,
            metadata=self.metadata,
            right=self.right,
            wrong=self.wrong,
            more_pictures=self.more_pictures,
        )

    @property
    def searched_text(self) -> str:
        """Its id, title and metadata values, folded; a searched text never spans two of them."""
        return "\x1f".join(fold(text) for text in (self.id, self.title, *self.metadata.values()))


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the item store's history: the item was written, or is gone, as of `cursor`."""

    cursor: int
    item_id: str


@dataclass(frozen=True, slots=True)
class IndexChange:
    """The vectors that an item has from now on, float32 [views, dim] of unit length; None: it is gone."""

    item_id: str
    vectors: Vectors | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An item near a query; `distance` is the Euclidean distance of unit vectors, 0 to 2.

    `row` is the number that the index gave to the nearest of the item's vectors when it was added, and to no
    other vector since; -1 where an index has none.
    """

    item_id: str
    distance: float
    row: int = -1


@dataclass(frozen=True, slots=True)
class Match:
    """A neighbour with its item's facts.

    `url` is its picture's absolute address, `score` the probability that the camera shows it.
    """

    item: ItemFacts
    neighbour: Neighbour
    url: str
    score: float

    def to_json(self) -> dict[str, Any]:
        """The form of the match record's `matches`."""
        return {
            "id": self.item.id,
            "title": self.item.title,
            "url": self.url,
            "link": self.item.link,
            "score": round(self.score, 4),
            "distance": round(self.neighbour.distance, 4),
            "metadata": dict(self.item.metadata),
        }


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """The answer to one observation, before the match queue has given it an id; times in Unix seconds.

    `frames` of the camera agreed on it; `vote` is this frame's, for the frames that follow.
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

    @property
    def margin(self) -> float:
        """The difference between the best match's score and the second's."""
        scores = [match.score for match in self.matches]
        return scores[0] - max(scores[1:], default=0.0) if scores else 0.0

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
            "frames": self.frames,
            "margin": round(self.margin, 4),
            "matches": [match.to_json() for match in self.matches],
            "box": seen.box,
            "timings_ms": {stage: round(ms, 2) for stage, ms in self.timings_ms.items()},
        }
        return json.dumps(record, separators=(",", ":"), ensure_ascii=False).replace("'", "\\u0027")


def fold(text: str) -> str:
    """A text in the form for comparison, whatever its case and however its accents are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8; half of a surrogate pair can't, though JSON may hold one."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def check_item_id(item_id: str) -> str:
    """Return `item_id` if it can be one; raises InputError otherwise."""
    if item_id in RESERVED_ITEM_IDS:
        why = f"/items/{item_id} is the address of something else"
        raise InputError(f"item id {item_id!r} is not allowed, because {why}; expected another one")
    if _ITEM_ID.fullmatch(item_id) is None or item_id in (".", "..") or not is_text(item_id):
        expected = "1 to 200 characters without slashes, control characters or a leading space"
        raise InputError(f"item id {item_id[:60]!a} is not allowed; expected {expected}")
    return item_id
