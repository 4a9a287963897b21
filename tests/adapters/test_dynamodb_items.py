"""DynamoDB's promises beyond the port: whole items while others write, and rows and pages of any size."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.layout import ITEMS, key
from services.core.errors import InputError
from tests.adapters.hooks import before, hooked, rows
from tests.adapters.items import same
from tests.fakes import MODEL, OTHER_MODEL, make_item, vectors


def test_an_item_that_is_replaced_while_it_is_read_comes_whole(
    dynamo: DynamoItems, others: DynamoItems, dynamodb: Any
) -> None:
    dynamo.put_many([make_item("a"), make_item("b"), make_item("c")])
    new = make_item("a", vectors(2, seed=9), title="New")

    def meanwhile() -> None:
        others.put(new)
        others.delete("b")

    with before(dynamodb, "BatchGetItem", meanwhile):
        found = dynamo.page()
    assert [same(*pair) for pair in zip(found, (new, make_item("c")), strict=True)] == [True, True]


def test_an_item_whose_old_vectors_are_pruned_while_it_is_read_comes_with_the_new_ones(
    dynamo: DynamoItems, others: DynamoItems, dynamodb: Any
) -> None:
    dynamo.put(make_item("a"))
    new = make_item("a", vectors(dim=16), model=OTHER_MODEL)

    def swap() -> None:
        assert others.stage(new)
        others.set_model(OTHER_MODEL)
        others.prune()

    with before(dynamodb, "BatchGetItem", swap):
        assert [same(item, new) for item in dynamo.page()] == [True]


def test_rows_of_before_the_recipes_had_a_number_are_of_the_first(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    dynamo.put_many([make_item("a"), make_item("b")])
    old = {"TableName": table, "Key": key(ITEMS, "a"), "ExpressionAttributeNames": {"#m": MODEL}}
    dynamodb.update_item(**old, UpdateExpression="REMOVE places.#m.recipe")
    (row,) = (each for each in rows(dynamodb, table, ITEMS) if each["sk"] == {"S": "a"})
    assert "recipe" not in row["places"]["M"][MODEL]["M"]
    assert [item.recipe for item in dynamo.page()] == [1, 1]
    assert dynamo.recipes(MODEL) == {1: 2}
    assert dynamo.lacking(MODEL, 1) == []
    assert [item.id for item in dynamo.lacking(MODEL, 2)] == ["a", "b"]
    assert dynamo.stage(replace(make_item("a"), recipe=2))
    assert [item.id for item in dynamo.lacking(MODEL, 2)] == ["b"]


def test_vectors_that_are_gone_for_good_are_named(dynamo: DynamoItems, dynamodb: Any, table: str) -> None:
    dynamo.put(make_item("a"))
    (row,) = rows(dynamodb, table, "vectors/")
    dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})
    (item,) = dynamo.page()
    assert (item.id, item.damage) == ("a", "its vectors are gone")


def test_what_older_rows_hold_behind_the_vectors_is_ignored(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    dynamo.put(make_item("a", vectors(2)))
    (row,) = rows(dynamodb, table, "vectors/")
    row["content"]["B"] += b"\xff" * 48
    dynamodb.put_item(TableName=table, Item=row)
    assert same(dynamo.page()[0], make_item("a", vectors(2)))
    assert dynamo.page()[0].damage == ""


def test_vectors_of_more_than_a_row_holds_are_kept_whole(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    # 1.2 MB; a row of the table holds 400 KB at most.
    big = make_item("a", vectors(480, dim=1280))
    dynamo.put_many([big, make_item("b", vectors(dim=1280))])
    assert same(dynamo.get_many(["a"])[0], big)
    assert len(rows(dynamodb, table, "vectors/a")) == 4


def test_nothing_is_left_of_vectors_that_were_replaced(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    def kept() -> list[str]:
        return [row["pk"]["S"] for row in rows(dynamodb, table, "vectors/")]

    dynamo.put_many([make_item("a", vectors(300, dim=1280)), make_item("b")])
    dynamo.put_many([make_item("a"), make_item("b"), make_item("b")])
    assert sorted(kept()) == ["vectors/a", "vectors/b"]
    for _ in range(2):
        assert dynamo.stage(make_item("a", model=OTHER_MODEL))
    assert len(kept()) == 3
    dynamo.set_model(OTHER_MODEL)
    dynamo.prune()
    assert sorted(kept()) == ["vectors/a", "vectors/b"]
    dynamo.put(make_item("a"))
    dynamo.delete("b")
    assert kept() == ["vectors/a"]
    dynamo.delete("a")
    assert kept() == []


def test_a_write_holds_even_if_what_it_replaced_can_not_be_deleted(
    dynamo: DynamoItems, dynamodb: Any, caplog: pytest.LogCaptureFixture
) -> None:
    dynamo.put(make_item("a", title="Old"))

    def fail(params: dict[str, Any], **_: Any) -> None:
        if b"DeleteRequest" in params["body"]:
            raise EndpointConnectionError(endpoint_url="http://example.test")

    with caplog.at_level(logging.WARNING), hooked(dynamodb, "before-call.dynamodb.BatchWriteItem", fail):
        assert dynamo.put(make_item("a", title="New")) == 2
    assert [item.title for item in dynamo.page()] == ["New"]
    assert "EndpointConnectionError: up to 1 rows of vectors that no item has stay behind" in caplog.text


def test_pages_of_more_than_a_request_gives_are_read_on(dynamo: DynamoItems) -> None:
    # 2.4 MB of titles and metadata; a query reads 1 MB at most.
    long = {f"note {number}": "x" * 2000 for number in range(15)}
    dynamo.put_many([replace(make_item(f"{number:02}"), metadata=long) for number in range(40)])
    assert len(dynamo.page(limit=100)) == len(dynamo.page(text="XX")) == 40
    assert [item.id for item in dynamo.page(text="39")] == ["39"]
    assert [item.id for item in dynamo.page(after="30", limit=3)] == ["31", "32", "33"]


def test_texts_of_more_than_a_row_takes_are_refused_and_nothing_of_their_batch_is_written(
    dynamo: DynamoItems,
) -> None:
    huge = replace(make_item("b"), metadata={f"{number}": "日" * 2000 for number in range(50)})
    with pytest.raises(
        InputError, match=r"item 'b' has 6\d\d,\d\d\d bytes of texts; expected at most 350,000"
    ):
        dynamo.put_many([make_item("a"), huge])
    assert (dynamo.page(), dynamo.head()) == ([], 0)


def test_texts_of_more_than_a_transaction_takes_are_written_and_pruned_in_several(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    # 4.7 MB, as a row holds metadata twice; a transaction takes 4 MB of rows, whole ones where it updates.
    long = {f"note {number}": "x" * 2000 for number in range(84)}
    many = [replace(make_item(f"{number:02}"), metadata=long) for number in range(14)]
    sizes = list[int]()

    def note(params: dict[str, Any], **_: Any) -> None:
        sizes.append(len(json.loads(params["body"])["TransactItems"]))

    dynamo.put_many(many)
    assert [item.metadata == long for item in dynamo.page()] == [True] * 14
    for item in many:
        dynamo.stage(replace(item, model=OTHER_MODEL))
    dynamo.set_model(OTHER_MODEL)
    with hooked(dynamodb, "before-call.dynamodb.TransactWriteItems", note):
        dynamo.prune()
    assert len(sizes) == 2
    assert len(rows(dynamodb, table, "vectors/")) == 14


def test_ids_that_can_be_no_key_are_of_no_item(dynamo: DynamoItems) -> None:
    dynamo.put(make_item("a"))
    found = dynamo.get_many(["", "x" * 5000, "a"])
    assert [item and item.id for item in found] == [None, None, "a"]
