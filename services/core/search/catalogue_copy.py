"""A search process's copy of the catalogue in memory, so that no query reads the item store."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Self, cast

from common.wire import Vectors
from services.core.catalogue.views import RECIPE
from services.core.domain import IndexChange, Item, ItemFacts
from services.core.ports import KnnIndex
from services.core.search.code_book import CodeBook
from services.core.search.damaged_items import DamagedItems
from services.core.search.hubs import Hubs
from services.core.search.kept_parts import compact
from services.core.search.layered import frozen
from services.core.search.shards import Shards
from services.core.search.snapshot import Snapshot, made_by
from services.core.search.space import PLAIN, ModelSpace, Space, Standing
from services.core.search.space_fit import SpaceStatistics
from services.core.search.trained import TrainedIndex
from services.core.search.verdict import leaning


class CatalogueCopy:
    """The items of one model: vectors in an index, and facts; one thread writes."""

    def __init__(
        self, model: str, dim: int, index: KnnIndex, damaged: DamagedItems, space: Space = PLAIN
    ) -> None:
        self.model, self.dim, self.index = model, dim, index
        self.damaged = damaged
        # The space of the index's vectors, and what a later one would be fitted to.
        self.space, self.statistics = space, SpaceStatistics(space.shipped, dim)
        # What makes an item's score of its cosine, by id; without any its score is its cosine.
        self.standings: MutableMapping[str, Standing] = Shards()
        self.facts: MutableMapping[str, ItemFacts] = Shards()
        # The items by their barcodes and the like.
        self.codes = CodeBook()
        # The leaning of each item that has feedback, in nats.
        self.leaning: dict[str, float] = {}
        # The items with vectors of another version's recipe; they are searched like all others.
        self.other_recipe: set[str] = set()
        # The mean of the cameras that were known when the space was fitted.
        self.cameras: Vectors | None = None

    @classmethod
    def begun(cls, trained: TrainedIndex, index: KnnIndex, space: Space) -> Self:
        """The copy that a training left, over an index of its items in this space."""
        copy = cls(trained.model, trained.dim, index, DamagedItems(trained.damaged), space)
        copy.standings.update(trained.standings)
        copy.other_recipe.update(trained.other_recipe)
        for facts in trained.facts:
            copy._take_facts(facts)
        return copy

    @classmethod
    def resumed(cls, kept: Snapshot, index: KnnIndex, shipped: ModelSpace | None) -> Self:
        """The copy of a snapshot, over its index; `shipped` is what is shipped with its model."""
        space = PLAIN if shipped is None else replace(kept.space, shipped=shipped)
        copy = cls(kept.model, kept.dim, index, DamagedItems(kept.damaged), space)
        # A loaded snapshot's are for one copy alone.
        copy.facts = cast("MutableMapping[str, ItemFacts]", kept.facts)
        copy.standings = cast("MutableMapping[str, Standing]", kept.standings)
        copy.codes = kept.codes
        copy.leaning.update(kept.leaning)
        copy.other_recipe.update(kept.other_recipe)
        copy.statistics = SpaceStatistics.begun(shipped, kept.statistics)
        copy.cameras = kept.cameras
        return copy

    def snapshot(self, *, store: str, cursor: int, hubs: Hubs) -> Snapshot:
        """The copy as it is now, whatever it takes later; the store's history is left out."""
        return Snapshot(
            store=store,
            made_by=made_by(self.space.shipped),
            model=self.model,
            dim=self.dim,
            cursor=cursor,
            history=(),
            facts=frozen(self.facts),
            standings=frozen(self.standings),
            leaning=dict(self.leaning),
            other_recipe=frozenset(self.other_recipe),
            damaged=self.damaged.reasons(),
            hubs=hubs,
            space=self.space,
            statistics=self.statistics.kept(),
            cameras=self.cameras,
        )

    def take(self, items: Mapping[str, Item | None], *, cursor: int) -> None:
        """Items as they are now by id, None for one that is gone; those of another model count as gone.

        So do damaged ones, which are noted.
        """
        sound = self._sound(items)
        own = {item_id: item for item_id, item in sound.items() if item is not None}
        # Every item that can be found has facts: they come before its vectors, and go after them.
        for item in own.values():
            self._take(item)
        self.statistics.add(own.values())
        rows = self._placed(list(own.values()))
        changes = [IndexChange(item_id, rows.get(item_id)) for item_id in items]
        self.index.apply(changes, cursor=cursor)
        for item_id in items.keys() - own.keys():
            self._drop(item_id)

    def _placed(self, items: Sequence[Item]) -> dict[str, Vectors]:
        """The items' vectors for the index, by id; notes what makes their scores."""
        placed = self.space.placed_all(items)
        for item, (_, standing) in zip(items, placed, strict=True):
            if standing is not None:
                self.standings[item.id] = standing
        return {item.id: rows for item, (rows, _) in zip(items, placed, strict=True)}

    def is_moved(self, cameras: Vectors | None) -> bool:
        """Whether items and cameras have changed so much that another space would suit them better."""
        return self.statistics.is_moved_from(self.space, cameras)

    def _sound(self, items: Mapping[str, Item | None]) -> dict[str, Item | None]:
        """The items, None for those of another model and the damaged ones, which are noted."""
        own = {
            item_id: item if item and (item.damage or item.model == self.model) else None
            for item_id, item in items.items()
        }
        return self.damaged.sift(own, dim=self.dim)

    def _take(self, item: Item) -> None:
        self._take_facts(item.facts)
        if item.recipe == RECIPE:
            self.other_recipe.discard(item.id)
        else:
            self.other_recipe.add(item.id)

    def _take_facts(self, facts: ItemFacts) -> None:
        self.facts[facts.id] = compact(facts)
        self.codes.add(facts)
        if lean := leaning(facts.right, facts.wrong):
            self.leaning[facts.id] = lean
        else:
            self.leaning.pop(facts.id, None)

    def _drop(self, item_id: str) -> None:
        self.other_recipe.discard(item_id)
        self.facts.pop(item_id, None)
        self.standings.pop(item_id, None)
        self.statistics.remove(item_id)
        self.leaning.pop(item_id, None)
