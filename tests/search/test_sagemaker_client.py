"""The search process as the endpoint of AWS' own client, and of the search function of the 2018 sample."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import redis
from botocore.exceptions import ClientError

from common.wire import Vectors
from services.adapters.redis_queue import RedisQueue
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.search import SearchParts, build_search
from services.bootstrap.settings import SearchSettings, load
from services.core.domain import Item
from services.search.app import build_app
from services.search.loops import Loops
from tests import aws
from tests.adapters.http_server.serving import serving
from tests.bootstrap.test_wiring import TestLink
from tests.fakes import DIM, make_item
from tests.servers import Server, redis_server

ENDPOINT, TABLE = "visual-search-endpoint", "VisualSearchFeatures"
ITEMS = [make_item(f"item-{number}", title=f"Item {number}'s") for number in range(9)]


@pytest.fixture(scope="module")
def queue() -> Iterator[Server]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def parts(queue: Server, tmp_path_factory: pytest.TempPathFactory) -> SearchParts:
    """The search process's parts over a catalogue that it has read."""
    folder = tmp_path_factory.mktemp("data")
    store = SqliteItems(folder / "items.sqlite", writable=True)
    store.put_many(ITEMS)
    store.close()
    following = built(folder, queue)
    following.core.follower.follow()
    return following


def built(folder: Path, queue: Server) -> SearchParts:
    """The parts of a process that has read nothing yet."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKALIKE_DATA_DIR", str(folder))
        patch.setenv("LOOKALIKE_REDIS_URL", queue.url)
        return build_search(load(SearchSettings), TestLink().connect)


@pytest.fixture(scope="module")
def runtime(parts: SearchParts) -> Iterator[Any]:
    """boto3's client, whose endpoint is the search process."""
    loops = Loops(follower=parts.core.follower, intake=parts.intake)
    with serving(build_app(parts, loops)) as served:
        yield aws.client("sagemaker-runtime", f"http://127.0.0.1:{served.port}")


def as_csv(vectors: Vectors) -> str:
    return "\n".join(",".join(map(str, row)) for row in vectors.tolist())


def as_lines(vectors: Vectors) -> str:
    return "\n".join(json.dumps({"features": row}) for row in vectors.tolist())


def as_json(vectors: Vectors) -> str:
    return json.dumps({"instances": [{"features": row} for row in vectors.tolist()]})


WRITERS = {"text/csv": as_csv, "application/jsonlines": as_lines, "application/json": as_json}
QUERIES = np.concatenate([ITEMS[5].vectors, ITEMS[2].vectors])


def labels(kind: str, content: str) -> list[list[float]]:
    """The labels of a verbose answer in any form."""
    if kind == "text/csv":
        rows = [[float(value) for value in row] for row in csv.reader(io.StringIO(content))]
        return [row[1 + len(row) // 2 :] for row in rows]
    lines = content.splitlines()
    found = map(json.loads, lines) if kind.endswith("lines") else json.loads(content)["predictions"]
    return [each["labels"] for each in found]


@pytest.mark.parametrize("sent", WRITERS)
@pytest.mark.parametrize("accept", WRITERS)
def test_aws_client_gets_answers_in_each_form(runtime: Any, sent: str, accept: str) -> None:
    answer = runtime.invoke_endpoint(
        EndpointName=ENDPOINT,
        ContentType=sent,
        Accept=f"{accept}; verbose=true",
        Body=WRITERS[sent](QUERIES),
    )
    assert answer["ContentType"].partition(";")[0] == accept
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    # A row each, in the order of their ids.
    assert [row[0] for row in labels(accept, answer["Body"].read().decode())] == [5.0, 2.0]


def test_a_short_answer_has_one_label_for_each_vector(runtime: Any) -> None:
    answer = runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Body=as_csv(QUERIES))
    found = json.loads(answer["Body"].read())
    assert found == {"predictions": [{"predicted_label": 5.0}, {"predicted_label": 2.0}]}


@pytest.mark.parametrize(
    ("kind", "accept", "body", "why"),
    [
        ("text/csv", "application/json", "1,2,3", f"vectors of 3 numbers; expected {DIM}"),
        ("application/x-recordio-protobuf", "application/json", "x", "recordio-protobuf is not read here"),
        ("text/csv", "application/x-recordio-protobuf", "x", "recordio-protobuf is not written here"),
        ("text/csv", "application/json", "0,0,0", "no direction"),
    ],
)
def test_aws_client_raises_its_model_error_for_a_refusal(
    runtime: Any, kind: str, accept: str, body: str, why: str
) -> None:
    with pytest.raises(runtime.exceptions.ModelError) as caught:
        runtime.invoke_endpoint(EndpointName=ENDPOINT, ContentType=kind, Accept=accept, Body=body)
    answer = caught.value.response
    assert answer["OriginalStatusCode"] == 400
    assert why in answer["OriginalMessage"]


def searched_in_2018(runtime: Any, dynamodb: Any, connected: redis.Redis, features: str) -> None:
    """The calls of the sample's search function: endpoint, table, list of matches."""
    answer = runtime.invoke_endpoint(
        EndpointName=ENDPOINT,
        ContentType="text/csv",
        Accept="application/json; verbose=true",
        Body=features,
    )
    nearest = json.loads(answer["Body"].read())["predictions"][0]["labels"]
    ids = [str(int(label)) for label in nearest[:4]]
    keys = [{"id": {"S": each}} for each in ids]
    found = dynamodb.batch_get_item(RequestItems={TABLE: {"Keys": keys}})["Responses"][TABLE]
    rows = {row["id"]["S"]: row for row in found}
    matches = [{"title": rows[each]["title"]["S"], "url": rows[each]["url"]["S"]} for each in ids]
    connected.lpush("stack:matches", json.dumps({"matches": matches}))


def made_table(dynamodb: Any, items: list[Item]) -> None:
    """The sample's table: a row for each label."""
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for number, item in enumerate(items):
        row = {"id": str(number), "title": item.title, "url": f"https://shop.example/{item.id}"}
        dynamodb.put_item(TableName=TABLE, Item={name: {"S": value} for name, value in row.items()})


def test_the_search_function_of_2018_works_against_this_endpoint(
    runtime: Any, shared_aws: Server, queue: Server
) -> None:
    dynamodb = aws.client("dynamodb", shared_aws.url)
    made_table(dynamodb, ITEMS)
    connected = redis.Redis.from_url(queue.url, decode_responses=True)
    for number in (7, 4):
        searched_in_2018(runtime, dynamodb, connected, as_csv(ITEMS[number].vectors))
    found = [json.loads(record)["matches"] for record in connected.lrange("stack:matches", 0, -1)]
    assert [len(matches) for matches in found] == [4, 4]
    assert [matches[0]["title"] for matches in found] == ["Item 4's", "Item 7's"]
    # Our own queue there gives the newest to the page of 2018, and passes them over elsewhere.
    ours = RedisQueue(connected)
    assert json.loads(ours.newest_matches() or "")["matches"][0]["title"] == "Item 4's"
    assert (ours.latest(limit=9), ours.get(1)) == ([], None)


def test_a_process_that_still_loads_is_no_endpoint_yet(queue: Server, tmp_path: Path) -> None:
    loading = built(tmp_path, queue)
    loops = Loops(follower=loading.core.follower, intake=loading.intake)
    with serving(build_app(loading, loops)) as served:
        client = aws.client("sagemaker-runtime", f"http://127.0.0.1:{served.port}")
        with pytest.raises(ClientError) as caught:
            client.invoke_endpoint(EndpointName=ENDPOINT, ContentType="text/csv", Body=as_csv(QUERIES))
    assert caught.value.response["OriginalStatusCode"] == 503
    assert "loading" in caught.value.response["OriginalMessage"]
