"""Vectors made again from the kept pictures, for another model or another recipe of views.

The search goes on meanwhile. Vectors of another model are kept beside those that are searched, and all items
change to them in one step. Vectors of another recipe but the same model replace those of their item at once,
because the two can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from services.core.catalogue.items import Catalogue, seen_by
from services.core.catalogue.paging import all_lacking
from services.core.catalogue.views import RECIPE, VIEWS
from services.core.domain import Item
from services.core.errors import InputError
from services.core.ports import Featurizer, ItemStore


class RebuildWriter(Protocol):
    """The writer of a rebuild: the item store itself, or the api of a running system on its behalf."""

    def stage(self, item: Item, /) -> bool:
        """Keep the item's vectors of its model; False if it is gone or its pictures changed."""

    def set_model(self, fingerprint: str, /) -> None:
        """Declare the model the catalogue's."""

    def prune(self) -> None:
        """Drop the vectors of other models."""


@dataclass(frozen=True, slots=True)
class VectorCounts:
    """The numbers of items by their vectors of one model: of this version's recipe, of another, or none."""

    current: int
    other_recipe: int
    without: int

    @classmethod
    def of(cls, store: ItemStore, model: str) -> VectorCounts:
        """Count the items of a store."""
        counts = store.recipes(model)
        current, without = counts.pop(RECIPE, 0), counts.pop(None, 0)
        return cls(current, sum(counts.values()), without)

    @property
    def items(self) -> int:
        """The number of all items."""
        return self.current + self.lacking

    @property
    def lacking(self) -> int:
        """The number of items that a rebuild makes again."""
        return self.other_recipe + self.without


def check_swap(store: ItemStore, model: str) -> None:
    """Raise InputError if items exist and none has vectors of the model, so that none could be found."""
    counts = VectorCounts.of(store, model)
    if counts.items and counts.items == counts.without:
        raise InputError(f"no item has vectors of model {model}; expected those of a rebuild")


def check_made(item: Item, featurizer: Featurizer) -> None:
    """Raise InputError for vectors that the model and the recipe that an item names can't have made.

    Nothing is known of other models and other recipes than those of this process.
    """
    dim, pictures, taught = item.vectors.shape[1], len(item.pictures), len(item.taught)
    if item.model == featurizer.fingerprint and dim != featurizer.dim:
        raise InputError(f"vectors of {dim} numbers; expected {featurizer.dim}, as model {item.model} makes")
    made, expected = len(item.vectors), VIEWS * (pictures - taught) + taught
    if item.recipe == RECIPE and made != expected:
        raise InputError(
            f"{made} vectors; expected {expected}, as recipe {RECIPE} makes of {pictures} pictures"
        )


def rebuild(catalogue: Catalogue, writer: RebuildWriter) -> Iterator[tuple[Item, InputError | None]]:
    """Make each item's vectors with the featurizer's model, then declare the catalogue to be of it.

    Yields each item as it is done, with an error if a picture of it can't be read: it then keeps the vectors
    that it had. Items that come or change meanwhile are done too, and those done before an interruption are
    not done again.
    """
    left_out: set[str] = set()
    yield from _all(catalogue, writer, left_out)
    writer.set_model(catalogue.featurizer.fingerprint)
    # An item that was written just before the change of models has vectors of the old model.
    yield from _all(catalogue, writer, left_out)
    writer.prune()


def _all(
    catalogue: Catalogue, writer: RebuildWriter, left_out: set[str]
) -> Iterator[tuple[Item, InputError | None]]:
    """Each item that lacks vectors, in as many rounds as it takes until none does."""
    model = catalogue.featurizer.fingerprint
    complete = False
    while not complete:
        complete = True
        for item in all_lacking(catalogue.store, model, RECIPE):
            if item.id in left_out:
                continue
            complete = False
            try:
                # One that has changed since it was read is not kept, and is done in the next round.
                is_kept = writer.stage(seen_by(item, catalogue.looks_again(item), model=model))
                if item.damage and not is_kept:
                    raise InputError(f"it is damaged: {item.damage}")
            except InputError as error:
                left_out.add(item.id)
                yield item, InputError(f"item {item.id}: {error}")
                continue
            if is_kept:
                yield item, None
