"""The cameras' memories as this process knows them: Redis sends only what others have pushed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from services.core.camera_mean import SEEN_EVERY_S, CameraMean
from services.core.evidence import Vote
from services.core.ports import Memory
from services.core.records import MatchRecord
from services.core.search.votes import KEPT

# Cameras that are known; each takes up to 90 KB, most of that for sixteen votes.
_MOST_CAMERAS = 512
# Votes and means that were read lately, for a camera whose frames several processes answer.
_VOTES, _MEANS = 1024, 64


@lru_cache(_VOTES)
def read_vote(text: str) -> Vote:
    """The vote of this JSON."""
    return Vote.from_json(text)


@lru_cache(_MEANS)
def read_mean(text: str) -> CameraMean | None:
    """The mean of this JSON, None for anything else."""
    return CameraMean.from_json(text)


@dataclass(frozen=True, slots=True)
class Known:
    """A camera's memory at a version; `seen_ms` is when the newest frame of its last minute was captured."""

    version: str = ""
    memory: Memory = field(default_factory=Memory)
    seen_ms: int | None = None

    def is_due(self, captured_ms: int) -> bool:
        """Whether a frame may be the next of the camera's last minute; Redis decides by the same rule."""
        noted_ms = self.seen_ms
        return noted_ms is None or not 0 <= captured_ms - noted_ms < SEEN_EVERY_S * 1000


@dataclass(frozen=True, slots=True)
class Push:
    """A record on its way to Redis: its texts there, and what was known of its camera."""

    record: MatchRecord
    vote: tuple[str, Vote] | None
    mean: str
    frame: str
    known: Known

    @classmethod
    def of(cls, record: MatchRecord, known: Known) -> Push:
        """The push of a record."""
        frame = record.seen_frame if known.is_due(captured_ms(record)) else None
        return cls(
            record,
            record.vote.kept() if record.vote else None,
            record.mean.to_json() if record.mean else "",
            frame.to_json() if frame else "",
            known,
        )

    @property
    def arguments(self) -> list[str | int]:
        """The arguments of push.lua."""
        seen = self.record.observation
        own = [self.record.to_json(), seen.session or "", "" if seen.seq is None else seen.seq]
        vote = self.vote[0] if self.vote else ""
        return [*own, captured_ms(self.record), vote, self.mean, self.frame, self.known.version]

    @property
    def result(self) -> Known:
        """What is known of the camera after it, if nobody else has pushed meanwhile."""
        seen, before, at_ms = self.record.observation, self.known.memory, captured_ms(self.record)
        votes = [self.vote[1], *before.votes][:KEPT] if self.vote else before.votes
        mean = read_mean(self.mean) if self.mean else before.mean
        version = f"{seen.session or ''}/{'' if seen.seq is None else seen.seq}/{at_ms}"
        return Known(version, Memory(votes, mean), at_ms if self.frame else self.known.seen_ms)


class KnownMemories:
    """Keeps them for the cameras of late; safe to use from several threads."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def of(self, thing: str) -> Known:
        """What is known of a camera."""
        return self._known.get(thing, _NOTHING)

    def read(self, things: Sequence[str], known: Sequence[Known], found: Sequence[Any]) -> dict[str, Memory]:
        """The memories by the answer of memories.lua, which was asked for news of these."""
        memories = dict[str, Memory]()
        for thing, own, (version, seen_ms, *news) in zip(things, known, found, strict=True):
            memory = own.memory
            if news:
                votes, mean = news
                memory = Memory([read_vote(vote) for vote in votes], read_mean(mean))
            self.note(thing, Known(version, memory, int(seen_ms) if seen_ms else None))
            memories[thing] = memory
        return memories

    def note(self, thing: str, known: Known) -> None:
        """Know this of a camera from now on; the one that was noted longest ago is forgotten for it."""
        self._known.pop(thing, None)
        self._known[thing] = known
        if len(self._known) > _MOST_CAMERAS:
            self._known.pop(next(iter(self._known)), None)

    def forget(self, thing: str) -> None:
        """Know nothing of a camera any more."""
        self._known.pop(thing, None)


_NOTHING = Known()


def captured_ms(record: MatchRecord) -> int:
    """When a record's frame was captured, as Redis keeps it."""
    return round(record.observation.captured_at_s * 1000)
