"""Reading of the whole catalogue for a training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from common.wire import Vectors
from services.core.catalogue.views import RECIPE
from services.core.domain import Item, ItemFacts
from services.core.errors import InputError
from services.core.ports import ItemStore
from services.core.search.damaged_items import DamagedItems, usual_dim
from services.core.search.sketches import Sketches, sketched
from services.core.search.space import ModelSpace, Space, Standing
from services.core.search.space_fit import SpaceStatistics
from services.core.search.trained import TrainedIndex

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Gathered:
    """A catalogue to train on; `vectors` are its rows, float32 [rows, dim], unless they were taken away."""

    trained: TrainedIndex
    vectors: Vectors


@dataclass(slots=True)
class _Rows:
    """The rows of items as they are read, and what is known of the items; `taken` takes the rows."""

    taken: Callable[[Sequence[Vectors]], object]
    facts: list[ItemFacts] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    sketches: list[Sketches] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    other_recipe: set[str] = field(default_factory=set)

    def take(self, items: list[Item], space: Space) -> None:
        placed = space.placed_all(items)
        self.taken([rows for rows, _ in placed])
        for item, (rows, standing) in zip(items, placed, strict=True):
            self.facts.append(item.facts)
            self.counts.append(len(rows))
            self.sketches.append(sketched(space.originals(rows)))
            if standing is not None:
                self.standings[item.id] = standing
            if item.recipe != RECIPE:
                self.other_recipe.add(item.id)


def gather(
    store: ItemStore,
    *,
    training: str,
    space_of: Callable[[str], ModelSpace | None] = lambda _model: None,
    note: Callable[[int, int], object] = lambda _read, _total: None,
    take: Callable[[Sequence[Vectors]], object] | None = None,
) -> Gathered:
    """Read all items twice: for the space that suits them, and to place them in it.

    `note` is called with the number of items read, and that to be read; `take` with the rows of each item
    in turn, which are then not kept here. Raises InputError for an empty catalogue, or UnavailableError.
    """
    (head, model), total = store.state(), 2 * store.count()
    vectors = list[Vectors]()
    rows = _Rows(take or vectors.extend)
    space, dim, read = _suiting(store, model, space_of, lambda read: note(read, total))
    damaged = DamagedItems()
    for page in _pages(store):
        sound = damaged.sift(_of_model(page, model), dim=dim)
        rows.take([item for item in sound.values() if item is not None], space)
        read += len(page)
        note(read, max(read, total))
    trained = TrainedIndex(
        training=training,
        model=str(model),
        dim=dim,
        cursor=head,
        facts=tuple(rows.facts),
        row_counts=np.array(rows.counts, np.int64),
        sketches=np.concatenate(rows.sketches),
        space=space,
        standings=rows.standings,
        other_recipe=frozenset(rows.other_recipe),
        damaged=damaged.reasons(),
    )
    return Gathered(trained, np.concatenate([np.empty((0, dim), np.float32), *vectors]))


def _suiting(
    store: ItemStore,
    model: str | None,
    space_of: Callable[[str], ModelSpace | None],
    note: Callable[[int], object],
) -> tuple[Space, int, int]:
    """The space that suits all items, their dimension, and the number of items read.

    Raises InputError if there are none.
    """
    damaged, read, dim = DamagedItems(), 0, 0
    statistics: SpaceStatistics | None = None
    for page in _pages(store):
        own = _of_model(page, model)
        if statistics is None and (found := usual_dim(own.values())):
            dim, statistics = found, SpaceStatistics(space_of(str(model)), found)
        sound = damaged.sift(own, dim=dim or None)
        if statistics is not None:
            statistics.add(item for item in sound.values() if item is not None)
        read += len(page)
        note(read)
    if model is None or statistics is None:
        raise InputError("the catalogue has no items to train on")
    return statistics.fit(), dim, read


def rows_again(
    store: ItemStore, trained: TrainedIndex, shipped: ModelSpace | None
) -> Iterator[dict[int, Vectors]]:
    """The rows of a training's items as they are now, float32 [n, dim], by their numbers, in pages."""
    space = replace(trained.space, shipped=shipped)
    numbers = {item.id: number for number, item in enumerate(trained.facts)}
    for page in _pages(store):
        own = [
            item for item in page if item.id in numbers and not item.damage and item.model == trained.model
        ]
        placed = space.placed_all(own)
        yield {numbers[item.id]: rows for item, (rows, _) in zip(own, placed, strict=True)}


def _pages(store: ItemStore) -> Iterator[list[Item]]:
    after = ""
    while page := store.page(after=after, limit=_PAGE, points=False):
        yield page
        after = page[-1].id


def _of_model(page: list[Item], model: str | None) -> dict[str, Item]:
    """The items of the catalogue's model, and the damaged ones, by id."""
    return {item.id: item for item in page if item.damage or item.model == model}
