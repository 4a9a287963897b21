"""Reading of a whole store, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from services.core.domain import Item, ItemFacts
from services.core.ports import ItemStore

_PAGE = 100


def walk(page: Callable[[str], list[Item]]) -> Iterator[Item]:
    """The items of all pages; `page` gives the page after an id, an empty one at the end."""
    after = ""
    while items := page(after):
        yield from items
        after = items[-1].id


def all_items(
    store: ItemStore, *, text: str = "", on_damaged: Callable[[Item], None] = lambda _item: None
) -> Iterator[Item]:
    """All items in the order of their ids; with `text` only those that hold it.

    The damaged ones are left out, and `on_damaged` is called with each.
    """
    for item in walk(lambda after: store.page(after=after, limit=_PAGE, text=text)):
        if item.damage:
            on_damaged(item)
        else:
            yield item


def sound_facts(store: ItemStore, *, after: str, limit: int, text: str = "") -> list[ItemFacts]:
    """The items of `facts_page` without the damaged ones; fewer than `limit` only at the end."""
    found: list[ItemFacts] = []
    while len(found) < limit and (page := store.facts_page(after=after, limit=limit, text=text)):
        found += [facts for facts in page if not facts.damage]
        after = page[-1].id
        if len(page) < limit:
            break
    return found[:limit]


def all_lacking(store: ItemStore, model: str, recipe: int) -> Iterator[Item]:
    """The items without vectors of this model and recipe, in the order of their ids."""
    return walk(lambda after: store.lacking(model, recipe, after=after, limit=_PAGE))
