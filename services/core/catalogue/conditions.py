"""The condition of a write, which every item store checks alike: the revision that its maker had read."""

from __future__ import annotations

from collections.abc import Mapping

from services.core.domain import Item, RevisionError
from services.core.revision import NO_ITEM


def revision_of(item: Item | None) -> str:
    """An item's revision, NO_ITEM where there is none."""
    return NO_ITEM if item is None else item.revision


def check_revision(item_id: str, current: Item | None, expected: str | None) -> None:
    """Raise RevisionError if the item is not of the expected revision; None allows any."""
    if expected is not None and (told := _why_left(item_id, revision_of(current), expected)):
        raise RevisionError(told, current=current)


def left_of(current: Mapping[str, str], expected: Mapping[str, str]) -> dict[str, str]:
    """The ids that are not of the expected revision, each with the reason; `current` lacks what is gone."""
    told = {each: _why_left(each, current.get(each, NO_ITEM), wanted) for each, wanted in expected.items()}
    return {each: why for each, why in told.items() if why}


def _why_left(item_id: str, current: str, expected: str) -> str:
    """Why a write is refused to an item of the revision `current`, "" if it is not."""
    if current == expected:
        return ""
    if current == NO_ITEM:
        return f"item {item_id!r} is gone"
    if expected == NO_ITEM:
        return f"item {item_id!r} exists already"
    return f"item {item_id!r} has changed since it was read"


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
