"""The summary of a day: how many showings, of what, how many were put right, and how long answers took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.core.history.showing import SaidOf, Showing
from services.core.records import Verdict

HOUR_S, HOURS = 3600.0, 24
# Items that are named as shown most.
MOST_SHOWN = 10


@dataclass(slots=True)
class Counts:
    """Showings by their verdict; `judged` have feedback, and `wrong` of them were wrong."""

    match: int = 0
    unsure: int = 0
    no_match: int = 0
    judged: int = 0
    wrong: int = 0

    @property
    def shown(self) -> int:
        """All of them."""
        return self.match + self.unsure + self.no_match

    @property
    def correction_rate(self) -> float | None:
        """The share of wrong ones among those that were judged; None if none was."""
        return self.wrong / self.judged if self.judged else None

    def add(self, showing: Showing) -> None:
        """Count a showing."""
        self.match += showing.verdict == Verdict.MATCH
        self.unsure += showing.verdict == Verdict.UNSURE
        self.no_match += showing.verdict == Verdict.NO_MATCH
        self.judged += showing.said.feedback is not None
        self.wrong += showing.said.feedback == SaidOf.WRONG


@dataclass(frozen=True, slots=True)
class ShownMost:
    """An item, as it was called last, and in how many showings it was matched."""

    id: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class DaySummary:
    """The summary; `hours` are the day's 24, from its beginning. Latencies are of showings' medians."""

    counts: Counts
    hours: Sequence[Counts]
    most_shown: Sequence[ShownMost]
    latency_p50_ms: float | None
    latency_p95_ms: float | None


def summarised(showings: Iterable[Showing], *, from_s: float) -> DaySummary:
    """The summary of the showings, newest first, of the day that begins at `from_s`."""
    counts, hours = Counts(), [Counts() for _ in range(HOURS)]
    latencies: list[float] = []
    items: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for showing in showings:
        counts.add(showing)
        hours[min(HOURS - 1, max(0, int((showing.began_at_s - from_s) // HOUR_S)))].add(showing)
        if showing.latency_ms is not None:
            latencies.append(showing.latency_ms)
        if showing.verdict == Verdict.MATCH and showing.item is not None:
            items[showing.item.id] += 1
            titles.setdefault(showing.item.id, showing.item.title)
    most = [ShownMost(each, titles[each], count) for each, count in items.most_common(MOST_SHOWN)]
    return DaySummary(counts, hours, most, _quantile(latencies, 0.5), _quantile(latencies, 0.95))


def _quantile(values: Sequence[float], share: float) -> float | None:
    return round(float(np.quantile(values, share)), 1) if values else None
