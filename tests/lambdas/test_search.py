"""The search function: a rule's events, one or a list, against a real Redis."""

from __future__ import annotations

import json
import logging
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest
import redis

from services.bootstrap.lambdas.search import search_parts
from services.core.domain import Item
from services.core.errors import InputError
from services.core.search.answer import Answerer, Outcome
from services.lambdas import hosting
from services.lambdas.hosting import Host
from services.lambdas.search import SearchFunction, handler
from tests import aws
from tests.lambdas.function import FakeContext, features, golden, hostile_events, iot_endpoint, rule_event

HOSTILE = 10_000


@pytest.fixture
def function(items: list[Item]) -> SearchFunction:
    assert items
    return SearchFunction(search_parts())


@pytest.fixture
def queue(redis_url: str) -> redis.Redis:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    client.flushall()
    return client


def pushed(queue: redis.Redis) -> list[tuple[str, str]]:
    """Camera and best item of each record, the oldest first."""
    records = [json.loads(each) for each in queue.lrange("stack:matches", 0, -1)[::-1]]
    return [(each["thing"], each["matches"][0]["id"]) for each in records]


def test_one_message_and_a_list_are_answered(
    function: SearchFunction, items: list[Item], queue: redis.Redis
) -> None:
    mug, bowl = items
    assert function(features(mug), FakeContext()) == {"pushed": 1, "dropped": {}}
    both = [features(bowl, thing="door"), features(mug, thing="hall")]
    assert function(both, FakeContext()) == {"pushed": 2, "dropped": {}}
    assert pushed(queue) == [("cam-1", "mug"), ("door", "bowl"), ("hall", "mug")]
    (record,) = queue.lrange("stack:matches:hall", 0, -1)
    assert json.loads(record)["matches"][0]["url"].startswith("https://shop.example/items/mug/image?v=")


def test_a_message_that_went_to_the_rule_past_the_broker_is_answered(
    function: SearchFunction, items: list[Item], queue: redis.Redis
) -> None:
    event = features(items[0])
    event["topic"] = f"$aws/rules/shop_features/{event['topic']}"
    assert function(event, FakeContext()) == {"pushed": 1, "dropped": {}}
    assert pushed(queue) == [("cam-1", "mug")]


def test_the_messages_of_the_2018_sample_are_answered(function: SearchFunction, queue: redis.Redis) -> None:
    event = golden("iot-rule-2018")
    assert function(event, FakeContext()) == {"pushed": 1, "dropped": {}}
    assert pushed(queue)[0][0] == "deeplens_1"
    assert function(golden("iot-rule-2018-status"), FakeContext()) == {
        "pushed": 0,
        "dropped": {"status_line": 1},
    }
    # With the rule's timestamp() it is known that one has waited for long.
    old = {**event, "received_ms": 1_764_500_000_000}
    assert function(old, FakeContext())["dropped"] == {"stale": 1}


def test_a_lying_message_is_refused_by_the_code_that_does_so_locally(
    function: SearchFunction, items: list[Item]
) -> None:
    event = features(items[0]) | {"topic": "lookalike/cam-2/features"}
    assert function(event, FakeContext())["dropped"] == {"field": 1}
    assert function(features(items[0], age_s=9), FakeContext())["dropped"] == {"stale": 1}


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """The counts that the log's lines name."""
    counts: Counter[str] = Counter()

    class Counting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            counts.update(record.__dict__["counts"])

    monkeypatch.setattr(hosting.log, "handlers", [Counting()])
    monkeypatch.setattr(hosting.log, "propagate", False)
    hosting.log.setLevel(logging.INFO)
    yield counts
    hosting.log.setLevel(logging.NOTSET)


@pytest.mark.parametrize(
    "event",
    [
        *(None, 7, "text", {}, [[]], {"topic": "lookalike/a/features"}),
        {"topic": "lookalike/a/features", "payload": "no base64!"},
        {"topic": "lookalike/a/features", "payload": "\ud800"},
        {"topic": 3, "payload": ""},
        {"features": "0.1,0.2", "thing": "cam-1"},
    ],
)
def test_what_no_rule_of_ours_sends_is_counted(function: SearchFunction, event: Any) -> None:
    assert function(event, FakeContext()) == {"pushed": 0, "dropped": {"event": 1}}


def test_a_topic_without_observations_is_counted(function: SearchFunction) -> None:
    event = [rule_event("lookalike/a/status", b'{"v":1}'), rule_event("shop/a/features", b"{}")]
    assert function(event, FakeContext())["dropped"] == {"topic": 2}


def test_a_good_message_beside_hostile_ones_is_answered(function: SearchFunction, items: list[Item]) -> None:
    found = function(
        [{}, features(items[0], thing="z"), rule_event("lookalike/a/features", b"[")], FakeContext()
    )
    assert found == {"pushed": 1, "dropped": {"event": 1, "not_json": 1}}


def test_no_hostile_event_ends_the_function_and_each_is_counted_and_logged(
    function: SearchFunction, items: list[Item], logged: Counter[str]
) -> None:
    counted: Counter[str] = Counter()
    sent = answered = 0
    for event in hostile_events(items[0].model, random.Random(18), count=HOSTILE):
        sent += len(event) if isinstance(event, list) else 1
        found = function(event, FakeContext())
        counted.update(found["dropped"])
        answered += found["pushed"]
    assert counted.total() + answered == sent
    assert set(counted) >= {"event", "topic", "not_json", "field", "too_large", "encoding", "status_line"}
    assert logged == counted
    # It still answers.
    assert function(features(items[0], thing="after"), FakeContext())["pushed"] == 1


def test_home_assistant_is_told_through_aws_iot(items: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, bytes]] = []
    with iot_endpoint(heard) as endpoint:
        settings = {"LOOKALIKE_HOME_ASSISTANT": "1", "LOOKALIKE_IOT_ENDPOINT": endpoint, **aws.CREDENTIALS}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        assert SearchFunction(search_parts())(features(items[0], thing="hall"), FakeContext())["pushed"] == 1
    ((topic, message),) = heard
    assert topic == "lookalike/hall/match"
    assert json.loads(message)["item"] == "mug"


class Broken:
    """An answerer with a fault."""

    def answer(self, batch: object) -> list[Outcome]:
        raise ZeroDivisionError(batch)


def test_a_fault_of_ours_is_counted_and_logged_with_its_details(
    items: list[Item], caplog: pytest.LogCaptureFixture
) -> None:
    parts = search_parts()
    broken = replace(parts.core, answerer=cast(Answerer, Broken()))
    function = SearchFunction(replace(parts, core=broken))
    found = function([features(items[0]), {}], FakeContext())
    assert found == {"pushed": 0, "dropped": {"event": 1, "fault": 1}}
    assert "ZeroDivisionError" in caplog.text


def test_without_redis_observations_are_dropped_and_counted(
    items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_REDIS_URL", "redis://127.0.0.1:9")
    found = SearchFunction(search_parts())(features(items[0]), FakeContext())
    assert found["dropped"] == {"unavailable": 1}


def test_loading_is_bounded_by_the_time_that_is_left(items: list[Item]) -> None:
    function = SearchFunction(search_parts())
    assert function(features(items[0]), FakeContext(left_s=0))["dropped"] == {"loading": 1}
    assert function(features(items[0]), FakeContext())["pushed"] == 1


def test_the_handler_is_built_once_from_the_environment(
    items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert items
    built: list[int] = []

    def build() -> Any:
        built.append(1)
        return SearchFunction(search_parts())

    host = Host("search", build)
    with monkeypatch.context() as bad:
        bad.setenv("LOOKALIKE_PUBLIC_URL", "")
        with pytest.raises(InputError, match="LOOKALIKE_PUBLIC_URL is required"):
            host({}, FakeContext())
    for _ in range(2):
        assert host([], FakeContext()) == {"pushed": 0, "dropped": {}}
    assert len(built) == 2
    assert isinstance(handler, Host)
