"""A run of match records with the same answer, which is a showing once it has held for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.core.history.showing import Guess, Showing, median_ms
from services.core.history.showing_json import showing_from_json, showing_to_json
from services.core.records import Verdict

# Frames whose latency counts for the median.
LATENCIES = 101
# The likeliest items of an unsure answer, one of which it probably is.
_NEAR = 2


@dataclass(slots=True)
class Run:
    """Records of one camera that follow each other with the same answer; `equals` are its item's equals.

    `since_s` is when the search gave the first of these answers. One that `is_usual` is of the camera's usual
    scene, and nothing is told of it.
    """

    showing: Showing
    equals: frozenset[str]
    since_s: float
    latencies: list[float] = field(default_factory=list)
    begun: bool = False
    # Whether what is known of it was not given out yet.
    fresh: bool = False
    is_usual: bool = False

    def takes(self, seen: Showing, equals: frozenset[str], *, is_usual: bool) -> bool:
        """Whether a record's answer is this one."""
        mine, verdict = self.showing, self.showing.verdict
        if is_usual or self.is_usual:
            return is_usual and self.is_usual
        if Verdict.NO_MATCH in (verdict, seen.verdict):
            return verdict == seen.verdict
        if verdict == seen.verdict == Verdict.MATCH:
            return seen.guesses[0].id in self.equals or mine.guesses[0].id in equals
        if verdict == seen.verdict:
            return bool(near(mine.guesses) & near(seen.guesses))
        sure, unsure = (mine, seen) if verdict == Verdict.MATCH else (seen, mine)
        return sure.guesses[0].id in near(unsure.guesses)

    def add(self, seen: Showing, equals: frozenset[str]) -> bool:
        """Take a record in; True if the showing is a match by now, and was unsure."""
        mine = self.showing
        if seen.latency_ms is not None and len(self.latencies) < LATENCIES:
            self.latencies.append(seen.latency_ms)
        became = mine.verdict == Verdict.UNSURE and seen.verdict == Verdict.MATCH
        # Until it begins its newest frame stands for it: cameras keep the frames of the last moments alone.
        mine = mine if self.begun else replace(mine, session=seen.session, seq=seen.seq, box=seen.box)
        now = replace(
            seen if became else mine,
            id=mine.id,
            began_at_s=mine.began_at_s,
            seen_at_s=max(mine.seen_at_s, seen.seen_at_s),
            last_record=seen.last_record,
            expires_at_s=max(mine.expires_at_s, seen.expires_at_s),
            frames=mine.frames + 1,
            latency_ms=median_ms(self.latencies),
            said=mine.said,
        )
        self.showing, self.fresh = now, True
        if seen.verdict == Verdict.MATCH:
            self.equals = equals if became else self.equals | equals
        return became

    def to_json(self) -> dict[str, Any]:
        """All of it, for whoever goes on with it."""
        return {
            "showing": showing_to_json(self.showing),
            "equals": sorted(self.equals),
            "since_s": self.since_s,
            "latencies": self.latencies,
            "begun": self.begun,
            "fresh": self.fresh,
            "is_usual": self.is_usual,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Run:
        """The run of this JSON; raises ValueError, KeyError or TypeError for anything else."""
        return cls(
            showing_from_json(value["showing"]),
            frozenset(value["equals"]),
            value["since_s"],
            list(value["latencies"]),
            value["begun"],
            value["fresh"],
            value["is_usual"],
        )


def run_of(showing: Showing) -> Run:
    """The run of a showing that another process, or this one in an earlier life, has begun."""
    latencies = [] if showing.latency_ms is None else [showing.latency_ms]
    equals = frozenset(each.id for each in showing.guesses[:1])
    return Run(showing, equals, showing.began_at_s, latencies, begun=True)


def near(guesses: Sequence[Guess]) -> set[str]:
    return {each.id for each in guesses[:_NEAR]}
