"""The contract of an item store, on every implementation: vectors of several models."""

from dataclasses import replace

import pytest

from services.core.domain import Item
from services.core.ports import ItemStore
from tests.adapters.items import models, noted, same, with_items
from tests.fakes import MODEL, OTHER_MODEL, make_item, vectors


def test_the_first_item_decides_the_model_and_later_ones_do_not(store: ItemStore) -> None:
    store.put(make_item("a", model=MODEL))
    store.put(make_item("b", model=OTHER_MODEL))
    assert store.model() == MODEL


def test_an_emptied_store_has_no_model_and_takes_the_next_items(store: ItemStore) -> None:
    store.put(make_item("a", model=MODEL))
    store.delete("a")
    assert store.model() is None
    store.put(make_item("b", vectors(dim=16), model=OTHER_MODEL))
    assert store.model() == OTHER_MODEL


def test_another_model_can_be_declared(store: ItemStore) -> None:
    store.put(make_item("a", model=MODEL))
    store.set_model(OTHER_MODEL)
    assert store.model() == OTHER_MODEL


def test_staged_vectors_are_unseen_until_their_model_is_declared(store: ItemStore) -> None:
    old, plain = make_item("a", vectors(2)), make_item("b")
    head = store.put_many([old, plain])
    new = replace(old, model=OTHER_MODEL, vectors=vectors(3, dim=16))
    assert store.stage(new)
    assert (same(store.page()[0], old), noted(store, head)) == (True, [])
    store.set_model(OTHER_MODEL)
    for found in (store.page(), store.get_many(["a", "b"])):
        assert [same(*pair) for pair in zip(found, (new, plain), strict=True)] == [True, True]
    store.set_model(MODEL)
    assert same(store.page()[0], old)


def test_newly_staged_vectors_replace_those_staged_before(store: ItemStore) -> None:
    with_items(store, "a")
    item = make_item("a", vectors(3, seed=1), model=OTHER_MODEL)
    assert store.stage(item)
    assert store.stage(replace(item, vectors=vectors(1, seed=2)))
    store.set_model(OTHER_MODEL)
    assert same(store.page()[0], replace(item, vectors=vectors(1, seed=2)))


def test_staging_writes_nothing_but_vectors(store: ItemStore) -> None:
    store.put(make_item("a", title="Old"))
    store.put(make_item("a", title="New"))
    store.feedback(1, shown="a", really="a")
    assert store.stage(replace(make_item("a", title="Old", model=OTHER_MODEL), link=None, metadata={}))
    store.set_model(OTHER_MODEL)
    (found,) = store.page()
    assert same(found, make_item("a", title="New", model=OTHER_MODEL))
    assert (found.right, found.wrong) == (1, 0)


def test_vectors_of_the_catalogues_own_model_are_a_change(store: ItemStore) -> None:
    head = with_items(store, "a")
    store.put(make_item("b", model=OTHER_MODEL))
    assert store.stage(make_item("b", vectors(seed=3)))
    assert (noted(store, head), models(store)) == (["b", "b"], {"a": MODEL, "b": MODEL})


@pytest.mark.parametrize(
    "changed",
    [
        None,
        replace(make_item("a"), picture="f" * 64 + ".jpg"),
        make_item("a", more_pictures=("f" * 64 + ".jpg",)),
        make_item("a", more_pictures=("1.jpg",)),
        make_item("a", more_pictures=("2.jpg", "1.jpg")),
    ],
)
def test_an_item_that_is_gone_or_has_other_pictures_takes_no_staged_vectors(
    store: ItemStore, changed: Item | None
) -> None:
    before = make_item("a", more_pictures=("1.jpg", "2.jpg"))
    store.put(before)
    if changed is None:
        store.delete("a")
    else:
        store.put(changed)
    head = store.head()
    with_items(store, "z")
    assert not store.stage(replace(before, model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    assert set(models(store).values()) == {MODEL}
    assert noted(store, head) == ["z"]


def test_a_replaced_item_has_vectors_of_its_new_model_alone(store: ItemStore) -> None:
    with_items(store, "a", "b")
    for item_id in ("a", "b"):
        assert store.stage(make_item(item_id, model=OTHER_MODEL))
    with_items(store, "a")
    assert [item.id for item in store.lacking(OTHER_MODEL, 1)] == ["a"]
    store.put(make_item("b", model=OTHER_MODEL))
    assert [item.id for item in store.lacking(MODEL, 1)] == ["b"]


def test_a_deleted_item_takes_its_vectors_of_every_model_along(store: ItemStore) -> None:
    with_items(store, "a", "z")
    assert store.stage(make_item("a", model=OTHER_MODEL))
    store.delete("a")
    with_items(store, "a")
    store.set_model(OTHER_MODEL)
    assert models(store) == {"a": MODEL, "z": MODEL}


def test_items_that_lack_a_model_come_in_pages_in_the_order_of_their_ids(store: ItemStore) -> None:
    with_items(store, *"edcba")
    assert store.stage(make_item("c", model=OTHER_MODEL))
    assert [item.id for item in store.lacking(OTHER_MODEL, 1, limit=3)] == ["a", "b", "d"]
    assert [item.id for item in store.lacking(OTHER_MODEL, 1, after="b", limit=1)] == ["d"]
    assert [item.id for item in store.lacking(OTHER_MODEL, 1, after="e")] == []
    assert (store.lacking(MODEL, 1), len(store.lacking("f" * 12, 1))) == ([], 5)
    assert same(store.lacking(OTHER_MODEL, 1)[0], make_item("a"))


def test_pruning_leaves_the_vectors_of_the_catalogues_model(store: ItemStore) -> None:
    with_items(store, "a", "b")
    for item_id, model in [("a", OTHER_MODEL), ("b", OTHER_MODEL), ("b", "f" * 12)]:
        assert store.stage(make_item(item_id, model=model))
    store.set_model(OTHER_MODEL)
    before, head = store.page(), store.head()
    store.prune()
    assert [same(*pair) for pair in zip(store.page(), before, strict=True)] == [True, True]
    assert (store.head(), store.model()) == (head, OTHER_MODEL)
    for gone in (MODEL, "f" * 12):
        assert [item.id for item in store.lacking(gone, 1)] == ["a", "b"]


def test_pruning_leaves_an_item_its_only_vectors(store: ItemStore) -> None:
    with_items(store, "a", "b")
    assert store.stage(make_item("a", model=OTHER_MODEL))
    store.set_model(OTHER_MODEL)
    store.prune()
    assert models(store) == {"a": OTHER_MODEL, "b": MODEL}
    assert [item.id for item in store.lacking(OTHER_MODEL, 1)] == ["b"]


def test_pruning_an_empty_store_is_nothing(store: ItemStore) -> None:
    store.prune()
    store.set_model(MODEL)
    store.prune()
    assert (store.page(), store.model(), store.head()) == ([], None, 0)


def test_an_item_keeps_the_recipe_of_its_vectors_and_without_a_word_it_is_the_first(store: ItemStore) -> None:
    second = replace(make_item("b"), recipe=2)
    store.put_many([make_item("a"), second])
    assert store.stage(replace(make_item("a", model=OTHER_MODEL), recipe=3))
    for found in (store.page(), store.get_many(["a", "b"])):
        assert [item.recipe for item in found if item is not None] == [1, 2]
    assert same(store.page()[1], second)
    store.set_model(OTHER_MODEL)
    assert [(item.model, item.recipe) for item in store.page()] == [(OTHER_MODEL, 3), (MODEL, 2)]


def test_items_of_another_recipe_are_lacking_and_come_in_pages_too(store: ItemStore) -> None:
    store.put_many([replace(make_item(each), recipe=2 if each in "bd" else 1) for each in "abcde"])
    assert store.stage(make_item("c", model=OTHER_MODEL))
    assert [item.id for item in store.lacking(MODEL, 2)] == ["a", "c", "e"]
    assert [item.id for item in store.lacking(MODEL, 2, after="a", limit=1)] == ["c"]
    assert [item.id for item in store.lacking(OTHER_MODEL, 1)] == ["a", "b", "d", "e"]
    assert [item.id for item in store.lacking(MODEL, 1)] == ["b", "d"]
    assert len(store.lacking(OTHER_MODEL, 2)) == 5


def test_vectors_of_another_recipe_of_the_same_model_take_the_place_of_those_before(store: ItemStore) -> None:
    head = with_items(store, "a", "b")
    again = replace(make_item("a", vectors(2, seed=9)), recipe=2)
    assert store.stage(again)
    assert (noted(store, head), same(store.page()[0], again)) == (["a"], True)
    assert [item.id for item in store.lacking(MODEL, 2)] == ["b"]
    store.prune()
    assert same(store.page()[0], again)


def test_items_are_counted_by_the_recipe_of_their_vectors_of_a_model(store: ItemStore) -> None:
    assert store.recipes(MODEL) == {}
    with_items(store, "a", "b", "c")
    store.put(replace(make_item("d", model=OTHER_MODEL), recipe=7))
    assert store.stage(replace(make_item("c"), recipe=2))
    assert store.stage(replace(make_item("a", model=OTHER_MODEL), recipe=2))
    assert store.recipes(MODEL) == {1: 2, 2: 1, None: 1}
    assert store.recipes(OTHER_MODEL) == {2: 1, 7: 1, None: 2}
    assert store.recipes("f" * 12) == {None: 4}
    store.delete("d")
    store.put(replace(make_item("a"), recipe=2))
    assert store.recipes(MODEL) == {1: 1, 2: 2}
    assert store.recipes(OTHER_MODEL) == {None: 3}
