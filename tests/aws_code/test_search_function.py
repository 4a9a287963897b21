"""The search function out of its zip, under Lambda's own host: answers, time, memory, calls of DynamoDB."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import redis

from common.wire import Vectors
from deploy.zip_file import MIB
from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.layout import create_table
from services.core.domain import Item
from tests.aws import client
from tests.aws_code.conftest import RUNNABLE
from tests.aws_code.counting import CallCounter, counted
from tests.aws_code.runtime_api import Answer
from tests.aws_code.zipped import RunningFunction, Unpacked, logged_counts, started
from tests.fakes import make_item
from tests.lambdas.function import features, golden, hostile_events
from tests.servers import Server

HANDLER = "services.lambdas.search.handler"
# Hostile events, by all Pythons together.
QUERIES, HOSTILE = 200, 10_000
Folders = pytest.TempPathFactory


@pytest.fixture(scope="module")
def items(aws: Server) -> list[Item]:
    """A catalogue of 61 items, as the sample catalogue's: 8 vectors of 512 numbers each."""
    dynamodb = client("dynamodb", aws.url)
    create_table(dynamodb, "lookalike")
    chance = np.random.default_rng(18)
    items = [make_item(f"item-{number}", views_of_item(chance)) for number in range(61)]
    DynamoItems(dynamodb, "lookalike").put_many(items)
    return items


def views_of_item(chance: np.random.Generator) -> Vectors:
    """Vectors around one that is the item's own."""
    own = chance.normal(size=512) + 0.3 * chance.normal(size=(8, 512))
    return np.asarray(own / np.linalg.norm(own, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True)
class Cold:
    """A function after its first answer, and what that took."""

    function: RunningFunction
    dynamodb: CallCounter
    took_s: float
    cpu_s: float
    calls: dict[str, int]


@pytest.fixture(scope="module")
def cold(
    search_zip: Unpacked, environ: dict[str, str], aws: Server, items: list[Item], tmp_path_factory: Folders
) -> Iterator[Cold]:
    """The function, which reads the store once: its steady state between two looks for changes."""
    # Here slow machines are no reason for an observation to be stale.
    more = {"LOOKALIKE_MAX_AGE_S": "3600", "LOOKALIKE_FOLLOW_S": "3600"}
    log = tmp_path_factory.mktemp("search") / "log"
    with counted(aws.port) as dynamodb:
        settings = environ | more | {"AWS_ENDPOINT_URL_DYNAMODB": dynamodb.url}
        with started(search_zip, HANDLER, settings, log) as running:
            assert running.call(features(items[0])) == {"pushed": 1, "dropped": {}}
            took_s = time.monotonic() - running.began_s
            yield Cold(running, dynamodb, took_s, running.cpu_s, dict(dynamodb.calls))


@pytest.fixture
def function(cold: Cold) -> RunningFunction:
    return cold.function


def test_queries_in_steady_state_read_no_store(cold: Cold, items: list[Item], redis_url: str) -> None:
    function, dynamodb = cold.function, cold.dynamodb
    dynamodb.calls.clear()
    began_s, began_cpu_s = time.monotonic(), function.cpu_s
    for seq in range(2, QUERIES + 2):
        assert function.call(features(items[seq % len(items)], seq=seq))["pushed"] == 1
    took_s, cpu_s = time.monotonic() - began_s, function.cpu_s - began_cpu_s
    now, peak = function.memory_bytes
    print(
        f"\nsearch: {cold.took_s:.2f} s from start to first answer, {cold.cpu_s:.2f} s CPU, "
        f"DynamoDB {cold.calls}\n"
        f"a query: {took_s / QUERIES * 1000:.1f} ms, {cpu_s / QUERIES * 1000:.1f} ms CPU, "
        f"DynamoDB {dynamodb.calls.total() / QUERIES:g} calls; "
        f"memory {now / MIB:.0f} MiB, at most {peak / MIB:.0f}"
    )
    queue = redis.Redis.from_url(redis_url, decode_responses=True)
    newest = json.loads(queue.lrange("stack:matches", 0, 0)[0])
    assert newest["matches"][0]["id"] == items[(QUERIES + 1) % len(items)].id
    assert not dynamodb.calls
    assert cold.calls


def test_the_golden_events_are_answered(function: RunningFunction, items: list[Item]) -> None:
    assert items
    assert function.call(golden("iot-rule-2018-status"))["dropped"] == {"status_line": 1}
    assert sum(function.call(golden("iot-rule-2018"))["dropped"].values()) == 1  # of another dimension


def test_hostile_events_are_counted_and_logged_by_reason(
    function: RunningFunction, items: list[Item]
) -> None:
    counted_by_reason: Counter[str] = Counter()
    before = logged_counts(function.log)
    sent = pushed = 0
    count = HOSTILE // len(RUNNABLE)
    events = filter(is_json, hostile_events(items[0].model, random.Random(18), count=count * 2))
    for event in itertools.islice(events, count):
        sent += len(event) if isinstance(event, list) else 1
        found = function.call(event)
        counted_by_reason.update(found["dropped"])
        pushed += found["pushed"]
    assert counted_by_reason.total() + pushed == sent
    assert logged_counts(function.log) - before == counted_by_reason
    print(f"\nhostile events: {dict(counted_by_reason.most_common())}")
    # The same process still answers.
    assert function.call(features(items[0], thing="after"))["pushed"] == 1


def is_json(event: object) -> bool:
    """Whether Lambda would pass an event on: it knows no NaN."""
    try:
        json.dumps(event, allow_nan=False)
    except ValueError:
        return False
    return True


def test_bytes_that_are_no_json_do_not_end_the_function(function: RunningFunction, items: list[Item]) -> None:
    # Lambda refuses them before the function does.
    answer: Answer = function.answer(b"{")
    assert answer.kind == "error"
    assert function.call(features(items[0]))["pushed"] == 1


def test_a_function_without_its_settings_says_which_is_missing(
    search_zip: Unpacked, environ: dict[str, str], tmp_path: Path
) -> None:
    settings = {name: value for name, value in environ.items() if name != "LOOKALIKE_PUBLIC_URL"}
    with started(search_zip, HANDLER, settings, tmp_path / "log") as running:
        answer = running.answer(b"{}")
        assert answer.kind == "error"
        assert b"LOOKALIKE_PUBLIC_URL" in answer.body
