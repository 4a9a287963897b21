"""The contract of an item store, on every implementation: writes of many items on condition."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from services.adapters.dynamodb_items import DynamoItems
from services.core.domain import Item, ItemWords
from services.core.errors import UnavailableError
from services.core.ports import ItemStore
from tests.adapters.hooks import before, hooked, rows
from tests.adapters.items import counts, noted, same, taught_item, with_items
from tests.fakes import MODEL, OTHER_MODEL, make_item

IDS = ("a", "b", "c")


def words_of(item: Item, **metadata: str) -> ItemWords:
    return ItemWords(item.id, item.revision, item.title, None, metadata)


def test_new_words_leave_all_else_and_are_changes(store: ItemStore) -> None:
    items = [taught_item(each) for each in IDS]
    head = store.put_many(items)
    store.feedback(1, shown="a", really="a")
    head = store.head()
    new = [words_of(item, größe="7'") for item in items[:2]]
    written = store.revise_many(new)
    assert (written.refused, written.change, noted(store, head)) == ({}, store.head(), ["a", "b"])
    for item, found in zip(items, store.get_many(IDS), strict=True):
        changed = replace(item, link=None, metadata={"größe": "7'"}) if item.id != "c" else item
        assert same(found, changed)
        assert found is not None
        assert found.id == "c" or found.revision == new[0].revision(item.pictures) or found.id == "b"
    assert counts(store, "a") == [(1, 0)]
    assert [item.id for item in store.page(text="größe")] == []
    assert [item.id for item in store.page(text="7'")] == ["a", "b"]


def test_items_that_others_changed_are_refused_and_the_rest_is_written(store: ItemStore) -> None:
    items = [make_item(each) for each in IDS]
    store.put_many(items)
    store.put(make_item("b", title="Another"))
    store.delete("c")
    head = store.head()
    written = store.revise_many([words_of(item, n="1") for item in items])
    assert written.refused == {
        "b": "item 'b' has changed since it was read",
        "c": "item 'c' is gone",
    }
    assert noted(store, head) == ["a"]
    assert store.revise_many([]).refused == {}
    assert store.revise_many([words_of(items[2], n="1")]).refused == {"c": "item 'c' is gone"}
    assert store.head() == written.change


def test_many_are_deleted_with_their_feedback(store: ItemStore) -> None:
    with_items(store, *IDS)
    store.feedback(1, shown="a", really="b")
    head = store.head()
    revisions = {each: make_item(each).revision for each in ("a", "c", "x")} | {"b": "0123"}
    written = store.delete_many(revisions)
    assert written.refused == {
        "x": "item 'x' is gone",
        "b": "item 'b' has changed since it was read",
    }
    assert (sorted(noted(store, head)), store.count(), store.head()) == (["a", "c"], 1, written.change)
    store.put(make_item("a"))
    assert counts(store, "a", "b") == [(0, 0), (1, 0)]


def test_many_are_added_where_there_is_none(store: ItemStore) -> None:
    items = [taught_item(each) for each in IDS]
    assert store.add_many(items[:1]).refused == {}
    assert store.model() == MODEL
    written = store.add_many([replace(item, title="Another") for item in items])
    assert written.refused == {"a": "item 'a' exists already"}
    assert [item and item.title for item in store.get_many(IDS)] == ["A mug", "Another", "Another"]
    assert same(store.get_many(["c"])[0], replace(items[2], title="Another"))
    assert (store.count(), store.head()) == (3, written.change)


def test_the_first_items_decide_the_model_again(store: ItemStore) -> None:
    store.put(make_item("a"))
    store.delete_many({"a": make_item("a").revision})
    assert store.count() == 0
    store.add_many([make_item("b", model=OTHER_MODEL)])
    assert store.model() == OTHER_MODEL


def test_dynamodb_takes_many_in_parts_and_a_part_that_fails_is_refused(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    items = [make_item(f"i{n:03}") for n in range(120)]
    dynamo.put_many(items)
    new = [words_of(item, n="1") for item in items]
    # Another writer changes an item of the first part between its reading and its writing.
    with before(dynamodb, "TransactWriteItems", lambda: dynamo_put(dynamodb, table, "i007")):
        written = dynamo.revise_many(new)
    assert written.refused == {"i007": "item 'i007' has changed since it was read"}
    revisions = {item.id: item.revision for item in dynamo.page(limit=200)}
    calls = iter(range(9))

    def fail(**_: Any) -> None:
        if next(calls) >= 1:
            raise EndpointConnectionError(endpoint_url="nowhere")

    with hooked(dynamodb, "before-call.dynamodb.TransactWriteItems", fail):
        written = dynamo.delete_many(revisions)
    assert (len(written.refused), dynamo.count()) == (22, 22)
    assert "EndpointConnectionError" in written.refused["i119"]
    with (
        hooked(dynamodb, "before-call.dynamodb.TransactWriteItems", fail),
        pytest.raises(UnavailableError),
    ):
        dynamo.delete_many(revisions)
    again = dynamo.add_many(items)
    assert len(again.refused) == 22
    # No vectors stay behind that no item has.
    assert len(rows(dynamodb, table, "vectors")) == 120


def dynamo_put(client: Any, table: str, item_id: str) -> None:
    DynamoItems(client, table).put(make_item(item_id, title="Another"))


def test_dynamodb_refuses_words_that_no_row_takes(dynamo: DynamoItems) -> None:
    items = [make_item(each) for each in IDS]
    dynamo.put_many(items)
    large = {f"f{n}": "ü" * 2000 for n in range(100)}
    written = dynamo.revise_many([words_of(items[0], **large), words_of(items[1], n="1")])
    assert list(written.refused) == ["a"]
    assert "what DynamoDB keeps" in written.refused["a"]
