"""Feedback over HTTP, on a running system that asks for a key."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis

from services.adapters.redis_queue import RedisQueue
from services.core.records import MatchRecord, Verdict
from tests.fakes import MODEL, make_observation, make_record
from tests.system.pictures import picture
from tests.system.stack import Stack, eventually, running

KEY = {"Authorization": "Bearer s3cret"}
NOTHING = MatchRecord(make_observation(thing="blind"), MODEL, Verdict.NO_MATCH, (), 0.0, 5.0, {})


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without a camera, whose catalogue holds a mug and a bowl."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path_factory.mktemp("feedback"), settings=settings) as started:
        started.wait_loaded()
        for seed, item_id in enumerate(("mug", "bowl")):
            _post_item(started, item_id, seed)
        yield started


def _post_item(stack: Stack, item_id: str, seed: int) -> Any:
    form = {"id": item_id, "title": item_id}
    answer = stack.client.post("/items", headers=KEY, files={"image": picture(seed)}, data=form)
    assert answer.status_code == 201
    return answer.json()


def _push(stack: Stack, record: MatchRecord) -> int:
    """Put a record into the system's match queue, as its search does."""
    with redis.Redis.from_url(stack.address("redis"), decode_responses=True) as client:
        number = RedisQueue(client).push(record)
    assert number is not None
    return number


@pytest.fixture
def shown(keyed: Stack) -> int:
    """A new record whose best match is the mug."""
    return _push(keyed, make_record(make_observation(thing=uuid.uuid4().hex)))


def _say(stack: Stack, record_id: object, **kwargs: Any) -> httpx.Response:
    return stack.client.post(f"/matches/{record_id}/feedback", **{"headers": KEY, **kwargs})


def _counts(stack: Stack) -> list[int]:
    """The number of right and wrong answers: the mug's, then the bowl's."""
    shown = {item["id"]: item["feedback"] for item in stack.get("/items")["items"]}
    assert all(set(feedback) == {"right", "wrong"} for feedback in shown.values())
    return [shown[item_id][word] for item_id in ("mug", "bowl") for word in ("right", "wrong")]


def _added(stack: Stack, before: list[int]) -> list[int]:
    return [now - then for now, then in zip(_counts(stack), before, strict=True)]


def test_feedback_counts_once_can_be_changed_and_reaches_the_search(keyed: Stack, shown: int) -> None:
    before = _counts(keyed)
    answer = _say(keyed, shown, json={"right": False, "item": "bowl"})
    change = answer.json()["change"]

    assert answer.status_code == 200
    assert answer.json() == {"id": shown, "right": False, "item": "bowl", "change": change}
    eventually(lambda: keyed.get("/healthz")["checks"]["index"].get("cursor", 0) >= change, within_s=5)
    assert _say(keyed, shown, json={"right": False, "item": "bowl"}).json() == answer.json()
    assert _added(keyed, before) == [0, 1, 1, 0]
    assert _say(keyed, shown, json={"right": True}).json()["item"] == "mug"
    assert _added(keyed, before) == [1, 0, 0, 0]
    assert _say(keyed, shown, json={"right": False}).json()["item"] is None
    assert _added(keyed, before) == [0, 1, 0, 0]
    assert _say(keyed, shown, json={"right": None}).json()["right"] is None
    assert _added(keyed, before) == [0, 0, 0, 0]


def test_feedback_may_come_after_hundreds_of_newer_records_and_change_after_more(keyed: Stack) -> None:
    before = _counts(keyed)
    first, second = (_push(keyed, make_record(make_observation(thing=uuid.uuid4().hex))) for _ in range(2))
    _push_many(keyed, 550)
    assert _say(keyed, first, json={"right": False}).status_code == 200
    _push_many(keyed, 60)

    assert _say(keyed, first, json={"right": False, "item": "bowl"}).json()["item"] == "bowl"
    assert _added(keyed, before) == [0, 1, 1, 0]
    assert _say(keyed, second, json={"right": True}).status_code == 404  # no feedback was given on it in time


def _push_many(stack: Stack, count: int) -> None:
    with redis.Redis.from_url(stack.address("redis"), decode_responses=True) as client:
        queue, thing = RedisQueue(client), uuid.uuid4().hex
        for seq in range(count):
            assert queue.push(make_record(make_observation(thing=thing, seq=seq)))


def test_an_item_that_replaces_another_shows_the_feedback_that_it_inherits(keyed: Stack, shown: int) -> None:
    _say(keyed, shown, json={"right": True})
    feedback = keyed.get("/items/mug")["feedback"]

    assert feedback["right"] >= 1
    assert _post_item(keyed, "mug", 5)["feedback"] == feedback


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b'{"right": "yes"}', "`right` is 'yes'; expected {\"right\": true}"),
        (b'{"right": false, "item": "vase"}', "no item 'vase'"),
        (b'{"right": false, "item": "mug"}', "`right` to be true"),
    ],
)
def test_strange_feedback_is_refused_with_what_was_expected(
    keyed: Stack, shown: int, content: bytes, says: str
) -> None:
    before = _counts(keyed)
    answer = _say(keyed, shown, content=content)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert _counts(keyed) == before


def test_feedback_on_a_record_that_is_gone_or_shows_nothing_is_refused(keyed: Stack, shown: int) -> None:
    gone = _say(keyed, shown + 10**6, json={"right": True})
    endless = _say(keyed, "9" * 30, json={"right": True})
    no_number = _say(keyed, "x", json={"right": True})
    nothing = _say(keyed, _push(keyed, NOTHING), json={"right": True})

    assert [each.status_code for each in (gone, endless, no_number, nothing)] == [404, 404, 422, 400]
    assert gone.json()["detail"] == f"record {shown + 10**6} is not among the newest any more"
    assert "has no matches" in nothing.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer no"}, 401),
        ({**KEY, "Origin": "https://evil.example"}, 403),
        ({**KEY, "Origin": "null"}, 403),
        ({**KEY, "Host": "evil.example"}, 421),
    ],
)
def test_feedback_is_a_write_and_guarded_as_one(
    keyed: Stack, shown: int, headers: dict[str, str], status: int
) -> None:
    before = _counts(keyed)

    assert _say(keyed, shown, headers=headers, json={"right": True}).status_code == status
    assert _counts(keyed) == before


def test_the_page_itself_may_give_feedback(keyed: Stack, shown: int) -> None:
    assert _say(keyed, shown, headers={**KEY, "Origin": keyed.page}, json={"right": True}).status_code == 200
