"""What a snapshot keeps of each item, read from its files when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.core.domain import ItemFacts
from services.core.errors import UnavailableError
from services.core.search.kept_parts import compact, facts_of
from services.core.search.layered import Layered
from services.core.search.shards import Shards
from services.core.search.space import Standing


class KeptFacts:
    """The facts of items, each a line of JSON; `places` are their numbers by id."""

    def __init__(
        self, model: str, places: Mapping[str, int], ends: NDArray[np.int64], lines: memoryview
    ) -> None:
        self._model, self._places, self._ends, self._lines = model, places, ends, lines

    def __len__(self) -> int:
        return len(self._places)

    def ids(self) -> Iterator[str]:
        """The ids of all."""
        return iter(self._places)

    def read(self, item_id: str, /) -> ItemFacts | None:
        """An item's facts; raises UnavailableError if they are damaged."""
        place = self._places.get(item_id)
        if place is None:
            return None
        start = int(self._ends[place - 1]) if place else 0
        try:
            facts = facts_of(json.loads(bytes(self._lines[start : int(self._ends[place])])), self._model)
        except (ValueError, TypeError, RecursionError):
            facts = None
        if facts is None or facts.id != item_id:  # the check of the file, which is under way, finds it too
            raise UnavailableError(f"the snapshot's facts of item {item_id!a} are damaged")
        return compact(facts)


class KeptStandings:
    """Gain and offset by item, float64 [items, 2], or of none."""

    def __init__(self, places: Mapping[str, int], numbers: NDArray[np.float64]) -> None:
        self.places: Mapping[str, int] = places if len(numbers) else {}
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.places)

    def ids(self) -> Iterator[str]:
        """The ids of all."""
        return iter(self.places)

    def read(self, item_id: str, /) -> Standing | None:
        """An item's standing."""
        place = self.places.get(item_id)
        if place is None:
            return None
        gain, offset = self.numbers[place].tolist()
        return None if gain != gain else Standing(gain, offset)


def offsets(standings: Mapping[str, Standing]) -> tuple[Sequence[str], NDArray[np.float64]]:
    """Ids and offsets, not a number for an id without a standing; a snapshot's are taken all at once."""
    if not isinstance(standings, Layered) or not isinstance(standings.kept, KeptStandings):
        known = list(standings.pairs() if isinstance(standings, Shards) else standings.items())
        return [item_id for item_id, _ in known], np.array([each.offset for _, each in known], np.float64)
    kept, changed = standings.kept, list(standings.changed())
    found = kept.numbers[:, 1].copy()
    found[[kept.places[item_id] for item_id, _ in changed if item_id in kept.places]] = np.nan
    own = np.array([np.nan if value is None else value.offset for _, value in changed], np.float64)
    return [*kept.ids(), *(item_id for item_id, _ in changed)], np.concatenate([found, own])
