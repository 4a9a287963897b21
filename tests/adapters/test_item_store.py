"""The contract of an item store, on every implementation: items, pages and changes."""

import threading
from dataclasses import replace

import pytest

from services.core.domain import Change, Item
from services.core.ports import ItemStore
from tests.adapters.items import noted, same, with_items
from tests.fakes import MODEL, OTHER_MODEL, make_item, vectors


def test_an_empty_store_has_nothing(store: ItemStore) -> None:
    assert (store.head(), store.model(), store.page(), store.changes(after=0)) == (0, None, [], [])
    assert store.get_many(["x"]) == [None]
    assert store.get_many([]) == []
    assert store.delete("x") is None


def test_a_store_keeps_the_identity_that_its_first_write_gave_it(store: ItemStore) -> None:
    store.put(make_item("a"))
    identity = store.identity()
    assert identity
    store.put(make_item("b"))
    store.delete("a")
    assert store.identity() == identity
    store.set_model(OTHER_MODEL)
    assert store.identity() not in (None, identity)


def test_the_items_are_counted_each_once(store: ItemStore) -> None:
    assert store.count() == 0
    store.put_many([make_item("a"), make_item("b"), make_item("c")])
    store.put(make_item("b"))
    store.delete("c")
    assert store.count() == 2


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


def test_threads_that_write_and_read_lose_no_item_and_no_change(store: ItemStore) -> None:
    failures = list[BaseException]()

    def write(name: str) -> None:
        try:
            for number in range(10):
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
    assert len(store.page(limit=1000)) == len(store.changes(after=0)) == store.head() == 40


def test_an_item_keeps_all_its_pictures_in_their_order(store: ItemStore) -> None:
    item = make_item("a", vectors(2), more_pictures=("2.jpg", "1.png"))
    store.put(item)
    assert [found and found.pictures for found in store.get_many(["a"])] == [item.pictures]
    assert same(store.page()[0], item)


def test_many_items_are_put_in_their_order_and_each_is_a_change(store: ItemStore) -> None:
    head = with_items(store, "c")
    items = [make_item(item_id, vectors(2)) for item_id in "dcba"]
    assert store.put_many(items) == store.head()
    assert noted(store, head) == ["d", "c", "b", "a"]
    cursors = [change.cursor for change in store.changes(after=0)]
    assert cursors == sorted(set(cursors))
    assert [same(*pair) for pair in zip(store.page(), reversed(items), strict=True)] == [True] * 4


def test_of_many_items_with_one_id_the_last_is_kept(store: ItemStore) -> None:
    store.put_many([make_item("a", title="1"), make_item("b"), make_item("a", title="2")])
    assert [(item.id, item.title) for item in store.page()] == [("a", "2"), ("b", "A mug")]
    assert set(noted(store, 0)) == {"a", "b"}


def test_no_items_are_put_without_a_change(store: ItemStore) -> None:
    assert store.put_many([]) == 0
    head = with_items(store, "a")
    assert (store.put_many([]), store.head()) == (head, head)


def test_the_state_is_the_newest_change_and_the_model(store: ItemStore) -> None:
    states = [store.state()]
    store.put_many([make_item("a"), make_item("b")])
    states.append(store.state())
    store.set_model(OTHER_MODEL)
    states.append(store.state())
    for item_id in "ab":
        store.delete(item_id)
    states.append(store.state())
    assert states == [(0, None), (2, MODEL), (2, OTHER_MODEL), (4, None)]


def test_more_items_than_any_store_takes_at_once_are_put_read_and_followed(store: ItemStore) -> None:
    items = [make_item(f"item-{number:03}") for number in range(260)]
    assert store.put_many(items) == store.head()
    assert [item.id for item in store.page(limit=1000)] == [item.id for item in items]
    found = store.get_many([item.id for item in reversed(items)])
    assert [same(*pair) for pair in zip(found, reversed(items), strict=True)] == [True] * 260
    seen, cursor = list[str](), 0
    while changes := store.changes(after=cursor, limit=7):
        seen += [change.item_id for change in changes]
        assert [change.cursor for change in changes] == sorted({change.cursor for change in changes})
        assert changes[0].cursor > cursor
        cursor = changes[-1].cursor
    assert seen == [item.id for item in items]
    assert cursor == store.head()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["Ä-1", "größe", "mug"]),
        ("mug", ["mug"]),
        ("MUG", ["mug"]),
        ("ä-", ["Ä-1"]),
        ("a\u0308-1", ["Ä-1"]),  # the same letter, composed of two code points
        ("GRÖSSE", ["größe"]),
        ("blue", ["mug", "Ä-1"]),
        ("bl_e", []),
        ("%", ["größe"]),
        ("'", ["größe"]),
        ("colour", []),  # the name of a metadata value
        ("mug old", []),  # id and title are two texts
        (" ", ["mug", "größe"]),
    ],
)
def test_pages_hold_the_items_with_a_text_in_id_title_or_a_value(
    store: ItemStore, text: str, expected: list[str]
) -> None:
    for item_id, title, metadata in [
        ("mug", "Old cup", {"colour": "Blue"}),
        ("größe", "100 % 'wool'", {"colour": "red"}),
        ("Ä-1", "Sky\nBLUE", {}),
    ]:
        store.put(replace(make_item(item_id, title=title), metadata=metadata))
    found = [item.id for item in store.page(text=text)]
    assert found == sorted(expected)
    assert [item.id for item in store.page(text=text, limit=1)] == found[:1]
    assert [item.id for item in store.page(text=text, after="mug")] == [i for i in found if i > "mug"]


def test_a_page_with_a_text_reads_on_until_it_is_full(store: ItemStore) -> None:
    store.put_many([make_item(f"{number:03}", title=f"nr {number % 20}.") for number in range(150)])
    found = store.page(text="NR 7.", limit=5)
    assert [item.id for item in found] == ["007", "027", "047", "067", "087"]
    assert [item.id for item in store.page(text="nr 7.", after="087", limit=5)] == ["107", "127", "147"]


def test_the_text_that_is_looked_for_is_that_of_the_item_as_it_is(store: ItemStore) -> None:
    store.put(make_item("a", title="Old"))
    store.put(make_item("a", title="New"))
    assert (store.page(text="old"), [item.title for item in store.page(text="new")]) == ([], ["New"])
