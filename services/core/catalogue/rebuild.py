"""Another model for the catalogue: each item is looked at anew beside the live index, then all swap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from services.core.catalogue.items import Catalogue, seen_by
from services.core.catalogue.paging import all_lacking
from services.core.domain import InputError, Item
from services.core.ports import ItemStore

_PAGE = 50


class RebuildWriter(Protocol):
    """Writes what a rebuild makes: the item store itself, or the api of a running system on its behalf."""

    def stage(self, item: Item, /) -> bool:
        """Keep the item's vectors beside the others; False if it is gone or its pictures changed."""

    def set_model(self, fingerprint: str, /) -> None:
        """Declare the model the catalogue's."""

    def prune(self) -> None:
        """Drop the vectors of other models."""


def check_swap(store: ItemStore, model: str) -> None:
    """Raise InputError if not a single item has vectors of the model: nothing could be found any more."""
    after = ""
    while page := store.facts_page(after=after, limit=_PAGE):
        without = {item.id for item in store.lacking(model, after=after, limit=_PAGE)}
        if any(item.id not in without for item in page):
            return
        after = page[-1].id
    if after:
        raise InputError(f"no item has vectors of model {model}; expected those of a rebuild")


def lacking(catalogue: Catalogue) -> int:
    """How many items have no vectors of the featurizer's model yet."""
    return sum(1 for _ in all_lacking(catalogue.store, catalogue.featurizer.fingerprint))


def rebuild(catalogue: Catalogue, keeper: RebuildWriter) -> Iterator[tuple[Item, InputError | None]]:
    """Look at each kept picture with the featurizer's model, then declare the catalogue to be of it.

    Yields each item as it is done, with an error if a picture of it can't be read: it then stays out of every
    search. The search goes on with the old vectors until the last one is done. Items that come or change
    meanwhile are looked at too, and those done before an interruption are not done again.
    """
    left_out: set[str] = set()
    yield from _all(catalogue, keeper, left_out)
    keeper.set_model(catalogue.featurizer.fingerprint)
    # Who wrote an item in the moment of the swap still used the old model.
    yield from _all(catalogue, keeper, left_out)
    keeper.prune()


def _all(
    catalogue: Catalogue, keeper: RebuildWriter, left_out: set[str]
) -> Iterator[tuple[Item, InputError | None]]:
    """Each item that lacks vectors, again and again until none does."""
    model = catalogue.featurizer.fingerprint
    complete = False
    while not complete:
        complete = True
        for item in all_lacking(catalogue.store, model):
            if item.id in left_out:
                continue
            complete = False
            try:
                looks = [catalogue.look_again(key) for key in item.pictures]
            except InputError as error:
                left_out.add(item.id)
                yield item, InputError(f"item {item.id}: {error}")
                continue
            # One that has changed since it was read is among the next round's.
            if keeper.stage(seen_by(item, looks, model=model)):
                yield item, None
