"""Items of an import with the same picture as others, or nearly the same."""

from dataclasses import replace

import numpy as np

from common.wire import unit
from services.core.domain import Item
from services.core.importing.twins import Twins
from tests.fakes import FakeItems, make_item, vectors

DIM = 64


def item(item_id: str, seed: int, picture: str = "", *, moved: float = 0.0) -> Item:
    """An item whose picture's vector is this far from that of the seed."""
    vector = unit(vectors(seed=seed, dim=DIM) + moved * vectors(seed=900, dim=DIM))
    return replace(make_item(item_id, vector), picture=picture or f"{item_id}.jpg")


def told(store: FakeItems, *imported: Item, most: int = 100) -> list[str]:
    twins = Twins(most=most)
    twins.add(imported)
    return [str(twin) for twin in twins.found(store)]


def test_the_same_picture_is_named_beside_the_first_that_has_it() -> None:
    items = [
        item("cup", 1),
        item("mug-1", 2, "mug.jpg"),
        item("mug-2", 2, "mug.jpg"),
        item("mug-3", 2, "mug.jpg"),
    ]
    expected = ["mug-2: the same picture as mug-1", "mug-3: the same picture as mug-1"]
    assert told(FakeItems(items), *items) == expected
    assert told(FakeItems(items), items[1]) == ["mug-1: the same picture as mug-2"]
    assert told(FakeItems(items), items[0]) == []


def test_nearly_the_same_picture_is_named_once_there_is_enough_to_compare_with() -> None:
    many = [item(f"item-{n:02}", n) for n in range(30)]
    saved_again = item("saved-again", 7, moved=0.1)
    only_alike = item("only-alike", 8, moved=0.8)
    store = FakeItems([*many, saved_again, only_alike])
    assert told(store, *many, saved_again, only_alike) == ["saved-again: nearly the same picture as item-07"]
    assert told(store, saved_again) == []


def test_items_beyond_the_largest_number_are_left_out() -> None:
    items = [item(f"mug-{n}", 2, "mug.jpg") for n in range(4)]
    assert told(FakeItems(items), *items, most=2) == [
        "mug-0: the same picture as mug-2",
        "mug-1: the same picture as mug-0",
    ]


def test_damaged_items_and_those_of_another_model_are_no_twins() -> None:
    sound, damaged = item("mug", 2, "mug.jpg"), replace(item("bad", 2, "mug.jpg"), damage="torn")
    assert np.allclose(sound.vectors, damaged.vectors)
    assert told(FakeItems([sound, damaged]), sound) == []


def test_a_table_whose_items_all_have_one_picture_is_told_whole() -> None:
    # Stored vectors are float16, whose mean is exactly the vector.
    vector = vectors(dim=DIM).astype(np.float16).astype(np.float32)
    items = [replace(make_item(f"item-{n:02}", vector), picture="placeholder.jpg") for n in range(32)]
    found = told(FakeItems(items), *items)
    assert found == [f"item-{number:02}: the same picture as item-00" for number in range(1, 32)]


def test_nearly_the_same_pictures_are_each_named_beside_the_first() -> None:
    others = [item(f"other-{number}", number) for number in range(20)]
    alike = [item(f"alike-{number}", 50, moved=number / 100) for number in range(3)]
    expected = [f"alike-{number}: nearly the same picture as alike-0" for number in (1, 2)]
    assert told(FakeItems([*others, *alike]), *others, *alike) == expected


def test_an_item_with_vectors_of_another_length_is_no_twin() -> None:
    odd = make_item("odd", vectors(dim=DIM // 2))
    many = [item(f"item-{number}", number) for number in range(30)]
    assert told(FakeItems([*many, odd]), *many) == []


def test_how_far_the_comparison_is_and_what_it_left_out_is_told() -> None:
    items = [item(f"item-{number:04}", number) for number in range(700)]
    twins, seen = Twins(most=600), list[int]()
    twins.add(items)
    twins.found(FakeItems(items), note=seen.append)
    assert seen == [500, 700]
    assert twins.left_out == 100
