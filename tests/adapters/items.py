"""Helpers that the suites of the item store share."""

from dataclasses import replace

import numpy as np

from services.core.domain import Item
from services.core.ports import ItemStore
from tests.fakes import make_item, vectors


def same(found: Item | None, expected: Item) -> bool:
    """Whether two items are equal, the vectors to the precision of a float16."""
    assert found is not None
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=5e-4)
    facts = [
        (i.id, i.title, i.pictures, i.taught, i.model, i.recipe, i.points, i.link, dict(i.metadata))
        for i in (found, expected)
    ]
    return facts[0] == facts[1] and found.vectors.dtype == np.float32


def models(store: ItemStore) -> dict[str, str]:
    """The model of each item's vectors, as the store gives them."""
    return {item.id: item.model for item in store.page(limit=1000)}


def counts(store: ItemStore, *ids: str) -> list[tuple[int, int]]:
    """The number of right and wrong answers on each item."""
    return [(item.right, item.wrong) for item in store.get_many(ids) if item is not None]


def noted(store: ItemStore, after: int) -> list[str]:
    """Ids of the items that changed behind a cursor."""
    return [change.item_id for change in store.changes(after=after)]


def with_items(store: ItemStore, *ids: str) -> int:
    """Put items; returns the newest cursor."""
    return [store.put(make_item(item_id)) for item_id in ids][-1]


def taught_item(item_id: str) -> Item:
    """An item of a catalogue picture with three views and of a taught one, both with local features."""
    item = make_item(item_id, vectors(4), more_pictures=(f"{7:064x}.jpg",))
    return replace(item, recipe=2, taught=item.more_pictures, points=(b"\0" * 300, b""))
