"""The items that were shown lately, with the JSON that is the same in each of their matches."""

from __future__ import annotations

from collections.abc import Callable

from services.core.domain import ItemFacts
from services.core.records import ShownItem

# Of an item some 500 bytes; those that are in no answer are not kept.
_MOST = 4096


class ShownItems:
    """Makes an item's JSON once, until the item changes; safe to use from several threads."""

    def __init__(self, picture_url: Callable[[ItemFacts], str]) -> None:
        self._picture_url = picture_url
        self._kept: dict[str, ShownItem] = {}

    def of(self, item: ItemFacts) -> ShownItem:
        """What an item's matches have in common."""
        kept = self._kept.get(item.id)
        if kept is None or kept.item is not item:  # each change of an item makes new facts
            kept = ShownItem.of(item, self._picture_url(item))
            if len(self._kept) >= _MOST:
                self._kept = {}
            self._kept[item.id] = kept
        return kept
