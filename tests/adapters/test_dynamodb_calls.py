"""Calls to DynamoDB: unprocessed rows are sent again, and errors are plain."""

from typing import Any

import pytest

from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.layout import create_table
from services.core.errors import UnavailableError
from tests import aws
from tests.adapters.hooks import hooked
from tests.adapters.items import models, same
from tests.fakes import MODEL, make_item
from tests.servers import free_port


def test_what_a_request_left_undone_is_asked_for_again(
    dynamo: DynamoItems, dynamodb: Any, table: str
) -> None:
    many = [make_item(f"{number:03}") for number in range(30)]
    answers = dict[str, int]()

    def leave_half(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        answers[model.name] = answers.get(model.name, 0) + 1
        if found := parsed.get("Responses", {}).get(table):
            kept = (len(found) + 1) // 2
            keys = [{"pk": row["pk"], "sk": row["sk"]} for row in found[kept:]]
            parsed["Responses"][table] = found[:kept]
            parsed["UnprocessedKeys"] = {table: {"Keys": keys}}

    with hooked(dynamodb, "after-call.dynamodb", leave_half):
        dynamo.put_many(many)
        found = dynamo.get_many([item.id for item in many])
    assert [same(*pair) for pair in zip(found, many, strict=True)] == [True] * 30
    assert answers["BatchGetItem"] > 10


def test_rows_that_were_not_written_are_written_again(dynamo: DynamoItems, dynamodb: Any, table: str) -> None:
    refused = list[Any]()

    def drop(params: dict[str, Any], **_: Any) -> None:
        """Let only the first row of each of the first three requests through."""
        requests = params["RequestItems"][table]
        if len(requests) > 1 and len(refused) < 3:
            refused.append(requests[1:])
            params["RequestItems"][table] = requests[:1]

    def tell(parsed: dict[str, Any], **_: Any) -> None:
        if refused and refused[-1]:
            parsed["UnprocessedItems"] = {table: refused[-1]}
            refused[-1] = None

    with (
        hooked(dynamodb, "provide-client-params.dynamodb.BatchWriteItem", drop),
        hooked(dynamodb, "after-call.dynamodb.BatchWriteItem", tell),
    ):
        dynamo.put_many([make_item(item_id) for item_id in "abcdef"])
    assert len(refused) == 3
    assert [same(item, make_item(item.id)) for item in dynamo.page()] == [True] * 6


def test_a_table_that_gives_nothing_for_long_is_throttled(dynamodb: Any, table: str) -> None:
    hasty = DynamoItems(dynamodb, table, patience_s=0.2)
    hasty.put(make_item("a"))

    def leave_all(parsed: dict[str, Any], **_: Any) -> None:
        keys = [{"pk": {"S": "items"}, "sk": {"S": "a"}}]
        parsed |= {"Responses": {}, "UnprocessedKeys": {table: {"Keys": keys}}}

    with (
        hooked(dynamodb, "after-call.dynamodb.BatchGetItem", leave_all),
        pytest.raises(UnavailableError, match="reads are throttled"),
    ):
        hasty.get_many(["a"])


def test_a_table_that_is_not_there_is_unavailable_by_name(dynamodb: Any) -> None:
    store = DynamoItems(dynamodb, "absent")
    for ask in (store.head, store.page, store.model, lambda: store.put(make_item("a"))):
        with pytest.raises(UnavailableError, match=r"dynamodb://absent: \w+: ResourceNotFoundException"):
            ask()


def test_an_address_where_nothing_listens_is_unavailable() -> None:
    store = DynamoItems(aws.client("dynamodb", f"http://127.0.0.1:{free_port()}"), "items")
    with pytest.raises(UnavailableError, match="get_item: EndpointConnectionError"):
        store.head()


def test_a_table_is_created_once(dynamodb: Any, table: str, dynamo: DynamoItems) -> None:
    dynamo.put(make_item("a"))
    create_table(dynamodb, table)
    assert models(dynamo) == {"a": MODEL}
