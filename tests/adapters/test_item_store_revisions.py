"""The contract of an item store, on every implementation: writes on condition of a revision."""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from services.core.domain import Item, RevisionError
from services.core.ports import ItemStore
from services.core.revision import NO_ITEM
from tests.adapters.items import models, same, with_items
from tests.fakes import OTHER_MODEL, make_item, vectors

ITEM = make_item("a", vectors(2))
OTHER = "0" * 16


def of_other_model(item: Item) -> Item:
    return replace(item, model=OTHER_MODEL, vectors=vectors(3, dim=5))


def read(store: ItemStore, item_id: str = "a") -> Item:
    (item,) = store.get_many([item_id])
    assert item is not None
    return item


@pytest.mark.parametrize(
    "changed",
    [
        replace(ITEM, title="A cup"),
        replace(ITEM, link=None),
        replace(ITEM, link=""),
        replace(ITEM, metadata={"kind": "cup"}),
        replace(ITEM, metadata={}),
        replace(ITEM, picture="f" * 64 + ".jpg"),
        replace(ITEM, more_pictures=("2.jpg",)),
    ],
)
def test_each_change_of_words_or_pictures_changes_the_revision(store: ItemStore, changed: Item) -> None:
    store.put(ITEM)
    before = read(store).revision
    store.put(changed)
    assert read(store).revision == changed.revision != before == ITEM.revision
    assert store.page()[0].revision == changed.revision


def test_feedback_another_models_vectors_and_the_order_of_metadata_leave_the_revision(
    store: ItemStore,
) -> None:
    store.put(replace(ITEM, metadata={"ä": "1", "b": "2"}))
    before = read(store).revision
    store.feedback(1, shown="a", really="a")
    assert store.stage(of_other_model(read(store)))
    store.set_model(OTHER_MODEL)
    store.prune()
    assert (read(store).revision, read(store).model) == (before, OTHER_MODEL)
    store.put(replace(read(store), metadata={"b": "2", "ä": "1"}), expected=before)
    assert read(store).revision == before


def test_a_write_on_condition_of_the_revision_that_is_there_is_done(store: ItemStore) -> None:
    assert store.put(ITEM, expected=NO_ITEM) == store.head() == 1
    renamed = replace(ITEM, title="A cup")
    assert store.put(renamed, expected=ITEM.revision) == 2
    assert same(read(store), renamed)
    assert store.delete("a", expected=renamed.revision) == 3
    assert store.delete("a", expected=NO_ITEM) is None
    assert (store.page(), store.head()) == ([], 3)


@pytest.mark.parametrize("expected", [OTHER, NO_ITEM])
@pytest.mark.parametrize(
    "write",
    [
        lambda store, expected: store.put(replace(ITEM, title="Mine"), expected=expected),
        lambda store, expected: store.delete("a", expected=expected),
    ],
)
def test_a_write_over_another_revision_is_refused_with_the_item_as_it_is(
    store: ItemStore, write: Callable[[ItemStore, str], object], expected: str
) -> None:
    store.put(ITEM)
    store.feedback(1, shown="a", really="a")
    head = store.head()
    told = "'a' exists already" if expected == NO_ITEM else "'a' has changed"
    with pytest.raises(RevisionError, match=told) as refused:
        write(store, expected)
    current = refused.value.current
    assert same(current, ITEM)
    assert current is not None
    assert (current.revision, current.right) == (ITEM.revision, 1)
    assert same(read(store), ITEM)
    assert store.head() == head


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.put(ITEM, expected=OTHER),
        lambda store: store.delete("a", expected=OTHER),
    ],
)
def test_a_write_over_an_item_that_is_gone_is_refused(
    store: ItemStore, write: Callable[[ItemStore], object]
) -> None:
    with_items(store, "b")
    with pytest.raises(RevisionError, match="'a' is gone") as refused:
        write(store)
    assert (refused.value.current, len(store.page()), store.head()) == (None, 1, 1)


def test_of_a_condition_on_one_item_the_others_know_nothing(store: ItemStore) -> None:
    with_items(store, "a", "b")
    before = read(store, "b").revision
    store.put(replace(read(store), title="A cup"), expected=read(store).revision)
    assert read(store, "b").revision == before


def test_words_that_were_read_before_a_rebuild_do_not_bring_the_old_vectors_back(store: ItemStore) -> None:
    store.put(ITEM)
    store.put(make_item("b"))
    old = read(store)
    store.stage(of_other_model(old))
    store.set_model(OTHER_MODEL)
    with pytest.raises(RevisionError, match=f"newer vectors, of model {OTHER_MODEL}") as refused:
        store.put(replace(old, title="A cup"), expected=old.revision)
    current = refused.value.current
    assert current is not None
    np.testing.assert_equal(current.vectors.shape, (3, 5))
    store.put(replace(current, title="A cup"), expected=old.revision)
    # b was not rebuilt yet: a change of its words keeps the vectors that it has.
    store.put(replace(read(store, "b"), title="B"), expected=read(store, "b").revision)
    assert (models(store)["a"], read(store).title, read(store, "b").title) == (OTHER_MODEL, "A cup", "B")


def test_words_that_were_read_before_a_rebuild_do_not_bring_an_older_recipe_back(store: ItemStore) -> None:
    store.put(ITEM)
    old = read(store)
    store.stage(replace(old, recipe=2, vectors=vectors(3)))
    with pytest.raises(RevisionError, match="newer vectors"):
        store.put(replace(old, title="A cup"), expected=old.revision)
    store.put(replace(read(store), title="A cup"), expected=old.revision)
    assert (read(store).recipe, len(read(store).vectors), read(store).title) == (2, 3, "A cup")
    # A new picture is embedded by the recipe of the process that adds it.
    other = replace(read(store), recipe=1, picture="f" * 64 + ".jpg")
    store.put(other, expected=read(store).revision)
    assert read(store).recipe == 1


def test_of_threads_that_write_over_one_revision_one_alone_succeeds(store: ItemStore) -> None:
    store.put(ITEM)
    told = list[str]()

    def write(title: str) -> None:
        try:
            store.put(replace(ITEM, title=title), expected=ITEM.revision)
            told.append(title)
        except RevisionError as refused:
            told.append(f"{title}: {refused.current and refused.current.title}")

    threads = [threading.Thread(target=write, args=(title,)) for title in "abcde"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = {line for line in told if len(line) == 1}
    assert sorted(told) == sorted([winner, *(f"{title}: {winner}" for title in "abcde" if title != winner)])
    assert (read(store).title, store.head()) == (winner, 2)
