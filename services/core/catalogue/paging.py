"""Reading of a whole store, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.core.domain import Item
from services.core.ports import ItemStore

_PAGE = 100


def walk(page: Callable[[str], list[Item]]) -> Iterator[Item]:
    """The items of all pages; `page` gives the page after an id, an empty one at the end."""
    after = ""
    while items := page(after):
        yield from items
        after = items[-1].id


def all_items(store: ItemStore, *, text: str = "") -> Iterator[Item]:
    """All items in the order of their ids; with `text` only those that hold it."""
    return walk(lambda after: store.page(after=after, limit=_PAGE, text=text))


def all_lacking(store: ItemStore, model: str, recipe: int) -> Iterator[Item]:
    """The items without vectors of this model and recipe, in the order of their ids."""
    return walk(lambda after: store.lacking(model, recipe, after=after, limit=_PAGE))
