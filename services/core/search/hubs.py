"""Hubs: items that are far more like camera pictures of all kinds than the catalogue's others are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from services.core.search.kept_values import offsets
from services.core.search.space import Standing

# A hub is damped by that many spreads more than the median item, in a catalogue of that many items or more.
_SPREADS, _LEAST_ITEMS = 5.0, 30
# The spread of a normal distribution by its median absolute deviation.
_SPREAD_OF_MAD = 1.4826
# Number of hubs that are named; the others are counted.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Hubs:
    """The number of hubs, and the ids of the strongest."""

    count: int = 0
    first: tuple[str, ...] = ()

    @classmethod
    def of(cls, standings: Mapping[str, Standing]) -> Hubs:
        """The hubs among items, by what is taken off their scores."""
        ids, taken = offsets(standings)
        known = np.flatnonzero(~np.isnan(taken))
        if len(known) < _LEAST_ITEMS:
            return cls()
        damped = -taken[known]
        above = damped - np.median(damped)
        far = np.flatnonzero(above > _SPREADS * _SPREAD_OF_MAD * np.median(np.abs(above)))
        strongest = sorted((-above[place], ids[known[place]]) for place in far.tolist())[:_NAMED]
        return cls(len(far), tuple(item_id for _, item_id in strongest))

    def to_json(self) -> dict[str, Any]:
        """The form of the search's state."""
        return {"count": self.count, "first": list(self.first)}
