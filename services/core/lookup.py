"""The use case of the search: from observations to match records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.core.domain import Item, Match, MatchRecord, Neighbour, Verdict
from services.core.follow import View
from services.core.ports import ItemStore
from services.core.verdict import OTHERS
from services.core.wire import Observation

# Metadata is looked up for a few more than are shown, because an item may have been deleted a moment ago.
SPARE = 2


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers observations from what the follower sees and the item store."""

    store: ItemStore
    picture_url: Callable[[Item], str]
    k: int
    max_age_s: float

    def answer(
        self, batch: Sequence[Observation], view: View | None, *, k: int | None = None
    ) -> list[MatchRecord]:
        """One record an observation, in their order; all vectors are searched in one call.

        `view` must be of the observations' model and dimension; with None (an empty catalogue) no record
        has a match.
        """
        started_s, k = time.time(), k or self.k
        nearest = _search(batch, view, k=max(k, OTHERS + 1) + SPARE)
        items = self._items([neighbours[: k + SPARE] for neighbours in nearest])
        searched_at_s = time.time()
        records = []
        for seen, neighbours in zip(batch, nearest, strict=True):
            # One of the nearest may have been deleted a moment ago; further off nothing is looked up.
            alive = [n for n in neighbours[: k + SPARE] if n.item_id in items] + neighbours[k + SPARE :]
            record = MatchRecord(
                observation=seen,
                model=view.model if view else seen.model,
                verdict=view.calibration.verdict(alive) if view else Verdict.NO_MATCH,
                matches=tuple(self._match(items[n.item_id], n) for n in alive[:k] if n.item_id in items),
                searched_at_s=searched_at_s,
                expires_at_s=seen.captured_at_s + self.max_age_s,
                timings_ms=_timings(seen, started_s=started_s, searched_at_s=searched_at_s),
            )
            records.append(record)
        return records

    def _items(self, nearest: Sequence[Sequence[Neighbour]]) -> Mapping[str, Item]:
        wanted = sorted({neighbour.item_id for neighbours in nearest for neighbour in neighbours})
        return {item.id: item for item in self.store.get_many(wanted) if item is not None}

    def _match(self, item: Item, neighbour: Neighbour) -> Match:
        return Match(item=item, neighbour=neighbour, url=self.picture_url(item))


def _search(batch: Sequence[Observation], view: View | None, *, k: int) -> list[list[Neighbour]]:
    if view is None or not batch:
        return [[] for _ in batch]
    found = view.index.search(np.concatenate([seen.vectors for seen in batch]), k=k)
    nearest, row = [], 0
    for seen in batch:
        nearest.append(_joined(found[row : row + len(seen.vectors)]))
        row += len(seen.vectors)
    return nearest


def _joined(found: Sequence[Sequence[Neighbour]]) -> list[Neighbour]:
    """The neighbours of several vectors of one frame, nearest first: an item counts by its nearest one."""
    ordered = sorted(
        (neighbour for neighbours in found for neighbour in neighbours),
        key=lambda neighbour: neighbour.distance,
    )
    best: dict[str, Neighbour] = {}
    for neighbour in ordered:
        best.setdefault(neighbour.item_id, neighbour)
    return list(best.values())


def _timings(seen: Observation, *, started_s: float, searched_at_s: float) -> dict[str, float]:
    """The camera's stages, the way from the end of its work to the search, and the search itself."""
    timings = dict(seen.timings_ms)
    if seen.session is not None:
        since_capture_ms = (started_s - seen.captured_at_s) * 1000
        timings["transport"] = max(0.0, since_capture_ms - sum(seen.timings_ms.values()))
    timings["search"] = (searched_at_s - started_s) * 1000
    return timings
