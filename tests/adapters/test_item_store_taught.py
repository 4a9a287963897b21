"""The contract of an item store, on every implementation: taught pictures and local features."""

from dataclasses import replace

from services.core.ports import ItemStore
from tests.adapters.items import same, taught_item
from tests.fakes import OTHER_MODEL, make_item, vectors

ITEM = taught_item("a")


def test_taught_pictures_and_points_come_back_with_their_item(store: ItemStore) -> None:
    store.put(ITEM)
    store.put_many([taught_item("b"), make_item("c")])
    for found in (store.page(), store.get_many(["a", "b", "c"])):
        assert same(found[0], ITEM)
        assert same(found[1], taught_item("b"))
        assert found[2] is not None
        assert (found[2].taught, found[2].points) == ((), ())
    assert [facts and facts.taught for facts in store.facts(["a", "c"])] == [ITEM.taught, ()]


def test_points_are_read_without_the_items_and_items_without_their_points(store: ItemStore) -> None:
    store.put_many([ITEM, make_item("b")])
    assert store.points(["a", "b", "gone"]) == {"a": ITEM.points, "b": ()}
    assert store.points([]) == {}
    lean = replace(ITEM, points=())
    assert same(store.page(points=False)[0], lean)
    assert same(store.get_many(["a"], points=False)[0], lean)


def test_points_of_megabytes_come_back(store: ItemStore) -> None:
    pictures = tuple(f"{n:064x}.jpg" for n in range(15))
    blobs = tuple(bytes([n]) * 16_384 for n in range(16))
    item = replace(make_item("a", vectors(16), more_pictures=pictures), points=blobs)
    store.put_many([item, replace(item, id="b")])
    assert store.points(["a", "b"]) == {"a": blobs, "b": blobs}
    assert same(store.page()[1], replace(item, id="b"))


def test_points_are_replaced_and_go_with_the_vectors_that_they_belong_to(store: ItemStore) -> None:
    store.put(ITEM)
    new = replace(ITEM, model=OTHER_MODEL, vectors=vectors(4, dim=5), points=(b"1", b"22"))
    assert store.stage(new)
    assert store.points(["a"]) == {"a": ITEM.points}
    store.set_model(OTHER_MODEL)
    assert store.points(["a"]) == {"a": new.points}
    store.put(replace(new, points=()))
    assert store.points(["a"]) == {"a": ()}
    store.delete("a")
    assert store.points(["a"]) == {}
