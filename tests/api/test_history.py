"""The history over HTTP, on a running system that asks for a key; its api is killed too."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import redis

from services.adapters.redis_queue import RedisQueue
from services.core.records import MatchRecord, Verdict
from tests.fakes import make_observation, make_record
from tests.system.stack import Stack, eventually, running

KEY = {"Authorization": "Bearer s3cret"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without a camera and without items."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path_factory.mktemp("history"), settings=settings) as started:
        started.wait_loaded()
        yield started


def get(stack: Stack, path: str) -> Any:
    answer = stack.client.get(path, headers=KEY)
    assert answer.status_code == 200, answer.text
    return answer.json()


def show(stack: Stack, thing: str, *, verdict: Verdict = Verdict.MATCH, seq: int = 1) -> list[int]:
    """Push records of a thing that a camera shows from a second ago until now, as its search does."""
    began_s = time.time() - 1
    with redis.Redis.from_url(stack.address("redis"), decode_responses=True) as client:
        queue = RedisQueue(client)
        numbers = [queue.push(_record(thing, began_s + n * 0.25, seq + n, verdict)) for n in range(5)]
    return [number for number in numbers if number is not None]


def _record(thing: str, at_s: float, seq: int, verdict: Verdict) -> MatchRecord:
    return replace(make_record(make_observation(thing=thing, at_s=at_s, seq=seq)), verdict=verdict)


def shown(stack: Stack, thing: str, **more: str) -> list[dict[str, Any]]:
    """A camera's showings, once there are some."""
    asked = "&".join(f"{name}={value}" for name, value in {"thing": thing, **more}.items())

    def found() -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = get(stack, f"/history?{asked}")["showings"]
        return rows or None

    return eventually(found, within_s=10, why=stack.log)


@pytest.fixture
def thing() -> str:
    return f"cam-{uuid.uuid4().hex[:8]}"


def test_a_showing_is_one_row_which_ends_when_its_records_expire(keyed: Stack, thing: str) -> None:
    numbers = show(keyed, thing)
    (row,) = shown(keyed, thing)
    assert (row["id"], row["verdict"], row["item"]) == (numbers[0], "match", {"id": "mug", "title": "A mug"})
    assert (row["frames"], row["ended_at"], row["latency_ms"]) == (5, None, 100.0)
    ended = eventually(
        lambda: each if (each := get(keyed, f"/history/{row['id']}"))["ended_at"] else None, within_s=15
    )
    assert ended["ended_at"] == ended["seen_at"]


def test_pages_and_filters(keyed: Stack, thing: str) -> None:
    show(keyed, thing, verdict=Verdict.UNSURE)
    (row,) = shown(keyed, thing, verdict="unsure", review="open", item="mug", **{"from": row_day()})
    assert get(keyed, f"/history?thing={thing}&verdict=match")["showings"] == []
    assert get(keyed, f"/history?thing={thing}&from=2999-01-01")["showings"] == []
    other = f"{thing}-2"
    show(keyed, other)
    shown(keyed, other)
    first = get(keyed, "/history?limit=1")
    second = get(keyed, f"/history?limit=1&after={first['next']}")
    assert first["showings"][0]["id"] > second["showings"][0]["id"]
    assert row["id"] <= second["showings"][0]["id"]


def row_day() -> str:
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86400))


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        ("/history?from=x", 400, "`from` is 'x'; expected a time such as 2026-11-29T13:30:00Z, or a date"),
        ("/history?after=x", 400, "`after` is 'x'; expected `next` of the page before"),
        ("/history?limit=0", 422, "`limit` is '0'; expected 1 or more"),
        ("/history/7", 404, "there is no showing 7 in the history (any more)"),
        ("/history/7/picture", 404, "there is no showing 7 in the history (any more)"),
    ],
)
def test_what_is_wrong_is_named(keyed: Stack, call: str, status: int, said: str) -> None:
    answer = keyed.client.get(call, headers=KEY)
    assert (answer.status_code, answer.json()["detail"]) == (status, said)


def test_a_killed_api_loses_at_most_the_last_second_and_goes_on_with_the_showing(
    keyed: Stack, thing: str
) -> None:
    numbers = show(keyed, thing)
    (row,) = shown(keyed, thing)
    os.kill(keyed.pid("services.api"), signal.SIGKILL)
    more = show(keyed, thing, seq=10)  # nobody hears these
    keyed.wait_well()

    def caught_up() -> bool:
        (now,) = shown(keyed, thing)
        return bool(now["frames"] == len(numbers) + len(more))

    eventually(caught_up, within_s=20, why=keyed.log)
    assert shown(keyed, thing)[0]["id"] == row["id"]
