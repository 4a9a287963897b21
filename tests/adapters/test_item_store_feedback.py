"""The contract of an item store, on every implementation: feedback."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from services.core.ports import ItemStore
from tests.adapters.items import counts, noted, with_items
from tests.fakes import make_item


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


def test_feedback_that_is_withdrawn_counts_no_more_and_can_be_given_again(store: ItemStore) -> None:
    with_items(store, "a", "b")
    head = store.feedback(7, shown="a", really="b")
    store.feedback(7, shown=None, really=None)
    assert counts(store, "a", "b") == [(0, 0), (0, 0)]
    assert noted(store, head) == ["a", "b"]
    cursor = store.head()
    assert store.feedback(8, shown=None, really=None) == cursor
    store.feedback(7, shown="a", really="a")
    assert counts(store, "a", "b") == [(1, 0), (0, 0)]


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
        for record_id in range(first, 24, 3):
            store.feedback(record_id, shown="a", really="b")
            store.feedback(record_id, shown="a", really="a")

    with ThreadPoolExecutor(4) as pool:
        # One of them repeats the first one's feedback.
        list(pool.map(speak, [0, 1, 2, 0]))
    assert counts(store, "a", "b") == [(24, 0), (0, 0)]
