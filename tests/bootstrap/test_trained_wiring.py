"""A search through an endpoint as the settings wire it: S3, an item store, Redis, and our own container."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from common.wire import Observation
from services.adapters.s3_trained import S3Trained
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.lambdas.search import search_parts
from services.bootstrap.search import build_search_core
from services.bootstrap.settings import SearchCoreSettings, load
from services.core.domain import Item
from services.core.errors import UnavailableError
from services.core.search.answer import Pushed
from services.core.search.gathering import gather
from services.core.search.rows_file import TrainedRows
from services.lambdas.search import SearchFunction
from tests import aws
from tests.adapters.endpoints import TestEndpoint, served_endpoint
from tests.fakes import make_item
from tests.lambdas.function import FakeContext, features
from tests.servers import Server, redis_server

BUCKET = "trained-wiring"
ITEMS = [make_item(f"item-{number}") for number in range(20)]


@pytest.fixture
def endpoint() -> Iterator[TestEndpoint]:
    with served_endpoint() as running:
        yield running


@pytest.fixture
def settings(
    endpoint: TestEndpoint, shared_aws: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SearchCoreSettings]:
    with redis_server() as queue:
        for name, value in aws.CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", shared_aws.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", endpoint.url)
        monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("LOOKALIKE_REDIS_URL", queue.url)
        monkeypatch.setenv("LOOKALIKE_KNN", "sagemaker://lookalike?batch=3")
        monkeypatch.setenv("LOOKALIKE_INDEX", f"s3://{BUCKET}/index")
        monkeypatch.setenv("LOOKALIKE_PUBLIC_URL", "https://shop.example")
        yield load(SearchCoreSettings)


def seen(item: Item, thing: str) -> Observation:
    return Observation(thing, item.vectors, time.time(), "0a1b2c3d", 1, item.model)


def test_a_process_and_a_function_answer_through_the_endpoint(
    settings: SearchCoreSettings, endpoint: TestEndpoint, shared_aws: Server
) -> None:
    s3 = aws.client("s3", shared_aws.url)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    core = build_search_core(settings)
    with closing(SqliteItems(settings.store_path, writable=True)) as store:
        store.put_many(ITEMS)
        with pytest.raises(UnavailableError, match="there is no trained index"):
            core.follower.follow()
        found = gather(store, training="t-1")
        endpoint.serve(TrainedRows("t-1", found.vectors, rows_answered=66))
        S3Trained(s3, BUCKET, prefix="index/lookalike").save(found.trained)
        store.put(make_item("later"))
        core.follower.follow()
        function = SearchFunction(search_parts())
        events = [features(item, thing=f"door-{item.id}") for item in (ITEMS[3], make_item("later"))]
        assert function(events, FakeContext()) == {"pushed": 2, "dropped": {}}
        wanted = [*ITEMS[:5], make_item("later")]
        outcomes = core.answerer.answer([seen(item, f"cam-{item.id}") for item in wanted])
    best = [outcome.record.matches[0].item.id for outcome in outcomes if isinstance(outcome, Pushed)]
    assert best == [item.id for item in wanted]
    assert core.follower.items == 21
    pushed = [json.loads(record) for record in core.queue.latest(limit=8)]
    assert {record["thing"]: record["matches"][0]["id"] for record in pushed[-2:]} == {
        "door-item-3": "item-3",
        "door-later": "later",
    }
