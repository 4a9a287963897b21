"""Other items with the same picture as one that was just written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from common.wire import Vectors, unit
from services.core.catalogue.same_pictures import SamePictures
from services.core.domain import Item
from services.core.errors import UnavailableError
from tests.fakes import FakeItems, make_item, vectors

DIM = 64


def item(item_id: str, seed: int, *, moved: float = 0.0) -> Item:
    """An item whose picture's vector is this far from that of the seed."""
    vector = unit(vectors(seed=seed, dim=DIM) + moved * vectors(seed=900, dim=DIM))
    return replace(make_item(item_id, vector), picture=f"{item_id}.jpg")


def near(*ids: str) -> SamePictures:
    """Over a store of two mugs of one picture, a picture saved again, and a cup; the search finds `ids`."""
    store = FakeItems([item("mug-1", 2), item("mug-2", 2), item("saved-again", 2, moved=0.1), item("cup", 3)])
    return SamePictures(store, lambda _vectors: ids)


def named(same: SamePictures, item: Item) -> list[str]:
    return [each.id for each in same.of(item)]


def away(_vectors: Vectors) -> Sequence[str]:
    raise UnavailableError("search does not answer")


def test_of_the_items_that_the_search_finds_near_the_equal_ones_are_named() -> None:
    same = near("saved-again", "cup", "mug-1", "mug-2", "gone")
    assert named(same, item("mug-2", 2)) == ["mug-1", "saved-again"]
    assert named(same, item("bowl", 5)) == []


def test_those_written_a_moment_ago_are_named_without_the_search() -> None:
    items = [item("mug-1", 2), item("mug-2", 2), item("cup", 3)]
    same = SamePictures(store := FakeItems(items), away)
    assert [named(same, each) for each in items] == [[], ["mug-1"], []]
    store.delete("mug-1")
    assert named(same, items[1]) == []


def test_pictures_that_a_camera_took_damaged_items_and_those_of_another_model_are_left_out() -> None:
    mug = item("mug", 2)
    taught = replace(mug, id="taught", taught=mug.pictures, recipe=2)
    others = [replace(mug, id="damaged", damage="torn"), replace(mug, id="other", model="0" * 12), taught]
    same = SamePictures(FakeItems([mug, *others]), lambda _vectors: [each.id for each in others])
    assert named(same, mug) == []
    assert named(same, taught) == []


def test_each_picture_of_an_item_is_compared() -> None:
    mug, cup = item("mug", 2), item("cup", 3)
    both = replace(
        mug, id="set", more_pictures=("cup.jpg",), vectors=np.concatenate([mug.vectors, cup.vectors])
    )
    same = SamePictures(FakeItems([mug, cup, both]), lambda rows: ["cup", "mug"][: len(rows)])
    assert named(same, both) == ["cup", "mug"]
