"""The items nearest to observations, whose cameras' means are taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from common.wire import Observation, Vectors
from services.core.ports import Memory
from services.core.records import Neighbour
from services.core.search.view import View


def nearest_items(
    batch: Sequence[Observation], view: View | None, memories: Mapping[str, Memory], *, k: int
) -> list[list[Neighbour]]:
    """Each observation's `k` nearest items, the highest score first, its camera's mean taken off.

    All vectors are searched in one call; `memories` are what is remembered of the cameras, by thing.
    """
    if view is None or not batch:
        return [[] for _ in batch]
    means = [own_mean(memories.get(seen.thing), view) for seen in batch]
    queries = view.space.queries_of([seen.vectors for seen in batch], means)
    # Where a second look or another vector changes the order, others of the items may be equals.
    as_found = all(seen.local is None and len(seen.vectors) == 1 for seen in batch)
    found = view.compared.nearest(queries, k=k, only_equals=as_found)
    nearest, row = [], 0
    for seen in batch:
        nearest.append(_joined(found[row : row + len(seen.vectors)]))
        row += len(seen.vectors)
    return nearest


def own_mean(memory: Memory | None, view: View) -> Vectors | None:
    """The mean of a camera's own scenes, None while too little is known of it."""
    mean = memory.mean if memory else None
    if mean is None or mean.model != view.model or len(mean.total) != view.dim:
        return None
    return mean.mean(view.space.camera_mean)


def _joined(found: Sequence[Sequence[Neighbour]]) -> list[Neighbour]:
    """The neighbours of several vectors of one frame, best first: an item counts by its best one."""
    if len(found) == 1:
        return list(found[0])
    ordered = sorted(
        (neighbour for neighbours in found for neighbour in neighbours),
        key=lambda neighbour: -neighbour.score,
    )
    best: dict[str, Neighbour] = {}
    for neighbour in ordered:
        best.setdefault(neighbour.item_id, neighbour)
    return list(best.values())
