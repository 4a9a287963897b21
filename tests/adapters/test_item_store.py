"""The contract of an item store, on the fake and on SQLite."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Change, Item
from services.core.ports import ItemStore
from tests.fakes import MODEL, OTHER_MODEL, FakeItems, make_item, vectors


@pytest.fixture(params=["fake", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemStore]:
    """An empty store."""
    if request.param == "fake":
        yield FakeItems()
        return
    items = SqliteItems(tmp_path / "items.sqlite", writable=True)
    yield items
    items.close()


def same(found: Item | None, expected: Item) -> bool:
    """Whether all is equal, the vectors to the precision of a float16."""
    assert found is not None
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=5e-4)
    facts = [(i.id, i.title, i.picture, i.model, i.link, dict(i.metadata)) for i in (found, expected)]
    return facts[0] == facts[1] and found.vectors.dtype == np.float32


def test_an_empty_store_has_nothing(store: ItemStore) -> None:
    assert (store.head(), store.model(), store.page(), store.changes(after=0)) == (0, None, [], [])
    assert store.get_many(["x"]) == [None]
    assert store.get_many([]) == []
    assert store.delete("x") is None


def test_an_item_comes_back_as_it_was_put(store: ItemStore) -> None:
    item = Item("ä 'x'\"%_", "It's\n<b>", "k.jpg", MODEL, vectors(3, dim=1280), None, {"größe": "7'", "": ""})
    assert store.put(item) == 1
    assert same(store.get_many([item.id])[0], item)


def test_a_put_replaces_the_whole_item(store: ItemStore) -> None:
    store.put(make_item("mug", vectors(2)))
    new = Item("mug", "New", "n.png", MODEL, vectors(seed=5))
    store.put(new)
    assert [same(item, new) for item in store.page()] == [True]


def test_items_come_in_the_order_they_were_asked_for_with_gaps_and_repeats(store: ItemStore) -> None:
    for item_id in ("a", "b", "c"):
        store.put(make_item(item_id))
    found = store.get_many(["c", "x", "a", "c"])
    assert [item and item.id for item in found] == ["c", None, "a", "c"]


def test_pages_go_through_all_items_in_the_order_of_their_ids(store: ItemStore) -> None:
    ids = ["10", "9", "Z", "a", "ä", "z", "日", "😀"]
    for item_id in reversed(ids):
        store.put(make_item(item_id))
    seen, after = list[str](), ""
    while page := store.page(after=after, limit=3):
        assert len(page) <= 3
        seen += [item.id for item in page]
        after = seen[-1]
    assert seen == sorted(ids)
    assert [item.id for item in store.page(after="Y", limit=1)] == ["Z"]


def test_changes_are_numbered_in_their_order_and_can_be_followed(store: ItemStore) -> None:
    cursors = [store.put(make_item("a")), store.put(make_item("b")), store.put(make_item("a"))]
    deleted = store.delete("b")
    assert deleted is not None
    assert [*cursors, deleted] == sorted({*cursors, deleted})
    expected = [Change(c, i) for c, i in zip([*cursors, deleted], ["a", "b", "a", "b"], strict=True)]
    assert store.changes(after=0) == expected
    assert store.changes(after=cursors[1]) == expected[2:]
    assert store.changes(after=0, limit=2) == expected[:2]
    assert (store.head(), store.changes(after=deleted)) == (deleted, [])


def test_a_deleted_item_is_gone_and_a_second_delete_changes_nothing(store: ItemStore) -> None:
    store.put(make_item("a"))
    head = store.delete("a")
    assert (store.get_many(["a"]), store.page(), store.delete("a"), store.head()) == ([None], [], None, head)


def test_cursors_never_come_back_not_even_when_all_items_are_gone(store: ItemStore) -> None:
    store.put(make_item("a"))
    gone = store.delete("a")
    assert gone is not None
    assert store.put(make_item("a")) > gone


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


def test_threads_that_write_and_read_lose_no_item_and_no_change(store: ItemStore) -> None:
    failures = list[BaseException]()

    def write(name: str) -> None:
        try:
            for number in range(25):
                store.put(make_item(f"{name}-{number}"))
                assert store.get_many([f"{name}-{number}"])[0] is not None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.page(limit=1000)) == len(store.changes(after=0)) == store.head() == 100
