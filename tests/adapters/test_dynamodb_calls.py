"""Calls to DynamoDB: unprocessed rows are sent again, and errors are plain."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.calls import Patience
from services.adapters.dynamodb_items.layout import create_table
from services.core.errors import UnavailableError
from tests import aws
from tests.adapters.hooks import hooked
from tests.adapters.items import models, same
from tests.fakes import MODEL, make_item
from tests.pace import limit_s
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


THROTTLED = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded")


@pytest.mark.parametrize("code", THROTTLED)
def test_a_burst_that_outlasts_the_clients_own_tries_is_outlasted(
    dynamo: DynamoItems, dynamodb: Any, code: str
) -> None:
    left = dict[str, int]()

    def refuse(model: Any, **_: Any) -> None:
        """Refuse the first three requests of each kind."""
        left[model.name] = left.get(model.name, 3) - 1
        if left[model.name] >= 0:
            raise ClientError({"Error": {"Code": code, "Message": "slow down"}}, model.name)

    with hooked(dynamodb, "before-call.dynamodb", refuse):
        assert dynamo.put(make_item("a")) == 1
        assert [item.id for item in dynamo.page()] == ["a"]
        assert [change.item_id for change in dynamo.changes(after=0)] == ["a"]
    assert left.keys() == {"GetItem", "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "Query"}


def test_a_burst_of_which_no_end_is_seen_is_told_by_its_code(dynamodb: Any, table: str) -> None:
    hasty = DynamoItems(dynamodb, table, patience_s=0.2)

    def refuse(model: Any, **_: Any) -> None:
        raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, model.name)

    began_s = time.monotonic()
    with (
        hooked(dynamodb, "before-call.dynamodb.GetItem", refuse),
        pytest.raises(UnavailableError, match=f"dynamodb://{table}: get_item: ThrottlingException"),
    ):
        hasty.head()
    assert 0.2 <= time.monotonic() - began_s < limit_s(5)


def test_waits_grow_and_differ_so_that_writers_get_out_of_step(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = list[float]()
    monkeypatch.setattr(time, "sleep", waited.append)
    for _ in range(40):
        patience = Patience("store", for_s=60)
        for _ in range(8):
            patience.wait("busy")
    first, last = waited[0::8], waited[7::8]
    assert max(first) <= 0.02 < max(last) <= 1.0
    assert len(set(waited)) > 300


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
