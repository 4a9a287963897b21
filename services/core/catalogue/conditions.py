"""The condition of a write, which every item store checks alike: the revision that its maker had read."""

from __future__ import annotations

from services.core.domain import Item, RevisionError
from services.core.revision import NO_ITEM


def revision_of(item: Item | None) -> str:
    """An item's revision, NO_ITEM where there is none."""
    return NO_ITEM if item is None else item.revision


def check_revision(item_id: str, current: Item | None, expected: str | None) -> None:
    """Raise RevisionError if the item is not of the expected revision; None allows any."""
    if expected is None or revision_of(current) == expected:
        return
    if current is None:
        told = f"item {item_id!r} is gone"
    elif expected == NO_ITEM:
        told = f"item {item_id!r} exists already"
    else:
        told = f"item {item_id!r} has changed since it was read"
    raise RevisionError(told, current=current)


def check_vectors(item: Item, current: Item | None, *, model: str | None) -> None:
    """Raise RevisionError if a rebuild has made the item's vectors again since these were read or made.

    `model` is the catalogue's. Vectors of a model that it had before would take the item out of every search,
    and those of an older recipe of the same pictures would undo the rebuild.
    """
    if current is None or current.damage:
        return
    is_older = item.model == current.model and item.recipe < current.recipe
    if item.model not in (model, current.model) or (is_older and item.pictures == current.pictures):
        raise RevisionError(f"item {item.id!r} has newer vectors, of model {current.model}", current=current)
