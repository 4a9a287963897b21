"""The contract of an item store, on the fake and on SQLite."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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
    assert len(found.probes) == len(expected.probes)
    if len(expected.probes):
        np.testing.assert_allclose(found.probes, expected.probes, atol=5e-4)
    facts = [(i.id, i.title, i.picture, i.model, i.link, dict(i.metadata)) for i in (found, expected)]
    return facts[0] == facts[1] and found.vectors.dtype == found.probes.dtype == np.float32


def test_an_empty_store_has_nothing(store: ItemStore) -> None:
    assert (store.head(), store.model(), store.page(), store.changes(after=0)) == (0, None, [], [])
    assert store.get_many(["x"]) == [None]
    assert store.get_many([]) == []
    assert store.delete("x") is None


def test_an_item_comes_back_as_it_was_put(store: ItemStore) -> None:
    item = Item("ä 'x'\"%_", "It's\n<b>", "k.jpg", MODEL, vectors(3, dim=1280), None, {"größe": "7'", "": ""})
    assert store.put(item) == 1
    assert same(store.get_many([item.id])[0], item)


def test_probes_come_back_by_page_and_by_id_beside_items_that_have_none(store: ItemStore) -> None:
    probed, plain = make_item("a", probes=vectors(3, seed=1)), make_item("b")
    store.put(probed)
    store.put(plain)
    for found in (store.page(), store.get_many(["a", "b"])):
        assert [same(*pair) for pair in zip(found, (probed, plain), strict=True)] == [True, True]


def test_probes_go_with_their_item_and_are_replaced_with_it(store: ItemStore) -> None:
    store.put(make_item("a", probes=vectors(3, seed=1)))
    store.delete("a")
    store.put(make_item("a"))
    assert [len(item.probes) for item in store.page()] == [0]
    store.put(make_item("a", probes=vectors(2, seed=2)))
    new = make_item("a", vectors(2, dim=5), probes=vectors(1, dim=5))
    store.put(new)  # as after a rebuild with another model
    assert [same(item, new) for item in store.page()] == [True]


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


def counts(store: ItemStore, *ids: str) -> list[tuple[int, int]]:
    """How often each item was confirmed, and how often it was shown wrongly."""
    return [(item.right, item.wrong) for item in store.get_many(ids) if item is not None]


def noted(store: ItemStore, after: int) -> list[str]:
    return [change.item_id for change in store.changes(after=after)]


def with_items(store: ItemStore, *ids: str) -> int:
    """Put items; gives the newest cursor."""
    return [store.put(make_item(item_id)) for item_id in ids][-1]


@pytest.mark.parametrize(
    ("really", "a", "b", "changed"),
    [("a", (1, 0), (0, 0), ["a"]), ("b", (0, 1), (1, 0), ["a", "b"]), (None, (0, 1), (0, 0), ["a"])],
)
def test_feedback_counts_for_what_was_shown_and_for_what_it_was(
    store: ItemStore, really: str | None, a: tuple[int, int], b: tuple[int, int], changed: list[str]
) -> None:
    head = with_items(store, "a", "b", "c")
    cursor = store.feedback(7, shown="a", really=really)
    assert counts(store, "a", "b", "c") == [a, b, (0, 0)]
    assert [(item.right, item.wrong) for item in store.page()] == [a, b, (0, 0)]
    assert noted(store, head) == changed
    assert cursor == store.head()


def test_feedback_adds_up_over_records(store: ItemStore) -> None:
    with_items(store, "a", "b")
    for record_id, really in enumerate(["a", "a", "b", None, "a"]):
        store.feedback(record_id, shown="a", really=really)
    assert counts(store, "a", "b") == [(3, 2), (1, 0)]


def test_the_same_word_on_the_same_record_counts_once_and_is_no_change(store: ItemStore) -> None:
    with_items(store, "a", "b")
    first = store.feedback(7, shown="a", really="b")
    assert [store.feedback(7, shown="a", really="b") for _ in range(3)] == [first] * 3
    assert (counts(store, "a", "b"), store.head()) == ([(0, 1), (1, 0)], first)


def test_a_later_word_replaces_the_earlier_one_and_notes_only_whose_counts_changed(store: ItemStore) -> None:
    head = with_items(store, "a", "b", "c")
    steps = list[tuple[list[tuple[int, int]], list[str]]]()
    for really in ("a", "b", "c", None, "a"):
        after = store.head()
        store.feedback(7, shown="a", really=really)
        steps.append((counts(store, "a", "b", "c"), noted(store, after)))
    assert steps == [
        ([(1, 0), (0, 0), (0, 0)], ["a"]),
        ([(0, 1), (1, 0), (0, 0)], ["a", "b"]),
        ([(0, 1), (0, 0), (1, 0)], ["b", "c"]),
        ([(0, 1), (0, 0), (0, 0)], ["c"]),
        ([(1, 0), (0, 0), (0, 0)], ["a"]),
    ]
    cursors = [change.cursor for change in store.changes(after=head)]
    assert cursors == sorted(set(cursors))


def test_a_replaced_item_keeps_its_feedback_whatever_counts_it_comes_with(store: ItemStore) -> None:
    with_items(store, "a")
    store.feedback(7, shown="a", really="a")
    (item,) = store.page()
    store.put(replace(item, right=50, wrong=60))
    store.put(make_item("a", title="New"))
    assert counts(store, "a") == [(1, 0)]


def test_a_deleted_item_takes_its_feedback_along_and_leaves_the_others_theirs(store: ItemStore) -> None:
    with_items(store, "a", "b", "c")
    for record_id, (shown, really) in enumerate(
        [("a", "b"), ("b", "a"), ("b", "b"), ("b", None), ("c", "c")]
    ):
        store.feedback(record_id, shown=shown, really=really)
    before, head = counts(store, "a", "c"), store.head()
    store.delete("b")
    assert (counts(store, "a", "c"), noted(store, head)) == (before, ["b"])
    with_items(store, "b")
    assert (counts(store, "a", "c"), counts(store, "b")) == (before, [(0, 0)])


def test_an_item_that_does_not_exist_takes_no_feedback(store: ItemStore) -> None:
    head = with_items(store, "a")
    assert store.feedback(1, shown="x", really="x") == head
    assert store.feedback(2, shown="x", really=None) == head
    store.feedback(3, shown="x", really="a")
    store.feedback(4, shown="a", really="y")
    with_items(store, "x", "y")
    assert counts(store, "a", "x", "y") == [(1, 1), (0, 0), (0, 0)]
    store.feedback(1, shown="x", really="x")
    assert counts(store, "x") == [(1, 0)]


def test_threads_that_give_feedback_lose_no_word(store: ItemStore) -> None:
    with_items(store, "a", "b")

    def speak(first: int) -> None:
        for record_id in range(first, 60, 3):
            store.feedback(record_id, shown="a", really="b")
            store.feedback(record_id, shown="a", really="a")

    with ThreadPoolExecutor(4) as pool:
        # One of them says what the first says too.
        list(pool.map(speak, [0, 1, 2, 0]))
    assert counts(store, "a", "b") == [(60, 0), (0, 0)]
