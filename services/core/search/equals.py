"""Equal items: those with the same picture, or nearly the same, which no camera can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.domain import EQUAL_FROM
from services.core.records import Neighbour
from services.core.search.sketches import directions_of, sketched

# Equals are about as far from a query: if none of this number of nearest items are, no others are looked for.
NEAREST = 8
# Cosines of the same vectors differ by less, however they are computed.
_ROUNDING = 1e-5


def first_equals(neighbours: Sequence[Neighbour]) -> dict[str, str]:
    """The nearest equal of each item that has a nearer one, by id; empty if no two near ones are."""
    # Most queries have none, and must not pay for the search of all.
    if not _equal_pairs(neighbours[:NEAREST]):
        return {}
    first: dict[str, str] = {}
    for nearer, further in _equal_pairs(neighbours):
        one, other = neighbours[nearer].item_id, neighbours[further].item_id
        if one not in first:  # an equal of an equal may be another item
            first.setdefault(other, one)
    return first


def near_equals(cosines: Vectors) -> NDArray[np.bool_]:
    """Which of several queries may have equals among their items, by these items' cosines [queries, n, n]."""
    # Each is equal to itself.
    return np.asarray((cosines >= EQUAL_FROM - _ROUNDING).sum(axis=(1, 2)) > cosines.shape[1])


def _equal_pairs(neighbours: Sequence[Neighbour]) -> list[tuple[int, int]]:
    """The places of those that are equal to each other, none if neither vectors nor sketches are known."""
    near = _directions(neighbours) if len(neighbours) > 1 else None
    if near is None:
        return []
    equal = near @ near.T >= EQUAL_FROM
    if np.count_nonzero(equal) <= len(near):  # each to itself
        return []
    return [(nearer, further) for nearer, further in np.argwhere(np.triu(equal, 1)).tolist()]


def _directions(neighbours: Sequence[Neighbour]) -> Vectors | None:
    """What tells equals: the vectors, or the sketches if some are known by these alone; float32 [n, any]."""
    vectors = [each.vector for each in neighbours if each.vector is not None]
    if len(vectors) == len(neighbours):
        return np.array(vectors)
    made = iter(sketched(np.array(vectors)) if vectors else ())
    sketches = [each.sketch if each.vector is None else next(made) for each in neighbours]
    known = [each for each in sketches if each is not None]
    return directions_of(np.array(known)) if len(known) == len(neighbours) else None


def apart(neighbours: Sequence[Neighbour], first: Mapping[str, str]) -> list[Neighbour]:
    """The neighbours, each group of equals by its nearest alone."""
    return [each for each in neighbours if each.item_id not in first]
